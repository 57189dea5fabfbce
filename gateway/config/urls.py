"""Where a store is: a URL that shows neither user nor password nor anything else that may be secret."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

SCHEME = re.compile(r"[a-z][a-z0-9+.-]*(?=:)")
# Hosts, ports and a path. What looks otherwise may be a password with an unescaped sign in it.
PLAIN = re.compile(r"[\w.,:/\[\]-]*")


@dataclass(frozen=True, slots=True, repr=False)
class Url:
    """`reveal()` is the whole of it, for the driver; `str` and `repr` show scheme, hosts and path."""

    _text: str

    @classmethod
    def parse(cls, text: str) -> "Url":
        if SCHEME.match(text) is None or not text.isprintable() or " " in text:
            raise ValueError("not a URL")
        return cls(text)

    @property
    def scheme(self) -> str:
        return self._text.partition(":")[0]

    def reveal(self) -> str:
        return self._text

    def __str__(self) -> str:
        scheme, slashes, rest = self._text.partition("://")
        if not slashes:
            return f"{self.scheme}:"
        before, at, behind = rest.rpartition("@")
        place = re.split(r"[?#]", behind, maxsplit=1)[0]
        sure = PLAIN.fullmatch(place) is not None and not (at and re.search(r"[/?#]", before))
        return f"{scheme}://{place if sure else '…'}"

    def __repr__(self) -> str:
        return f"Url({str(self)!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda given: given if isinstance(given, cls) else cls.parse(str(given))
        )
