"""JSON pointers (RFC 6901): where a value lies in a JSON document."""

import re
from dataclasses import dataclass
from typing import Any

SHAPE = re.compile(r"(?:/(?:[^/~]|~[01])*)+")
INDEX = re.compile(r"0|[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class JsonPointer:
    """A pointer to a value inside a document. `parts` are its unescaped reference tokens."""

    parts: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "JsonPointer":
        """The pointer of a text such as `/realm_access/roles`. In a name, `/` is written `~1` and `~` is `~0`. Raises
        ValueError."""
        if not SHAPE.fullmatch(text):
            raise ValueError("not a JSON pointer such as /realm_access/roles")
        return cls(tuple(part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/")))

    def find(self, document: Any) -> Any:
        """The value, or None where there is none."""
        for part in self.parts:
            if isinstance(document, dict):
                document = document.get(part)
            elif isinstance(document, list) and INDEX.fullmatch(part) and len(part) < 10 and int(part) < len(document):
                document = document[int(part)]
            else:
                return None
        return document
