"""The URL of a store. Its text form hides the user, the password and everything else that may be secret."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from stores.domain.profile_mapping import ProfileMapping

SCHEME = re.compile(r"[a-z][a-z0-9+.-]*(?=:)")
# Hosts, ports and a path. Anything else may be a part of a password with an unescaped character.
PLAIN = re.compile(r"[\w.,:/\[\]-]*")


@dataclass(frozen=True, slots=True, repr=False)
class Url:
    """A URL. `reveal()` is the full text, for the driver; `str` and `repr` show the scheme, the hosts and the path."""

    _text: str

    @classmethod
    def parse(cls, text: str) -> "Url":
        """The URL with this text. Raises `ValueError` without a scheme, or with spaces or control characters."""
        if SCHEME.match(text) is None or not text.isprintable() or " " in text:
            raise ValueError("not a URL such as redis://127.0.0.1:6379/0")
        return cls(text)

    @property
    def scheme(self) -> str:
        """The part before the first colon; it selects the backend."""
        return self._text.partition(":")[0]

    def reveal(self) -> str:
        """The full text, with its secrets."""
        return self._text

    def __str__(self) -> str:
        scheme, slashes, rest = self._text.partition("://")
        if not slashes:
            return f"{self.scheme}:"
        user, at, behind = rest.rpartition("@")
        place = re.split(r"[?#]", behind, maxsplit=1)[0]
        safe = PLAIN.fullmatch(place) is not None and not (at and re.search(r"[/?#]", user))
        return f"{scheme}://{place if safe else '…'}"

    def __repr__(self) -> str:
        return f"Url({str(self)!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda given: given if isinstance(given, cls) else cls.parse(str(given))
        )


@dataclass(frozen=True, slots=True, repr=False)
class MappedUrl(Url):
    """The URL of a store of profiles that are read by a mapping."""

    mapping: ProfileMapping

    @classmethod
    def of(cls, url: Url, mapping: ProfileMapping) -> "MappedUrl":
        """The same URL with a mapping."""
        return cls(url.reveal(), mapping)


def mapping_of(url: Url) -> ProfileMapping:
    """The mapping of a `MappedUrl`. TypeError for other URLs."""
    if not isinstance(url, MappedUrl):
        raise TypeError("the URL has no mapping")
    return url.mapping
