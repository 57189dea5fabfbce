"""How the documents of another application are read as profiles: a mapping that the operator writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class KeyType(Enum):
    """The type of the key in the documents. A learner's id is its text: an integer in decimal, an ObjectId in hex."""

    STRING = "string"
    INT = "int"
    OBJECT_ID = "objectId"


@dataclass(frozen=True, slots=True)
class FieldSource:
    """Where the value of a profile field is: at a dotted path of the document, in texts at several paths that are
    joined by spaces, or a constant."""

    path: str | None = None
    joined: tuple[str, ...] = ()
    value: Any = None

    def __str__(self) -> str:
        return self.path or ", ".join(self.joined) or "constant"

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that are read."""
        return self.joined if self.path is None else (self.path,)

    def value_in(self, document: Any) -> Any:
        """The value for this document; None where there is none."""
        if self.joined:
            texts = [text for path in self.joined if isinstance(text := value_at(document, path), str)]
            return " ".join(" ".join(texts).split()) or None
        return self.value if self.path is None else value_at(document, self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileMapping:
    """A collection that has one document for each learner, and where its documents keep what a profile has.

    `key`: the path of the learner's key. `fields`: the source of each mapped field, by the field's name in `Profile`;
    the others have their default. `locale` and `time_zone` replace a missing or unusable value. `name_search`: the path
    of an indexed text, or list of texts, in lower case, whose beginning a search for names compares.
    """

    collection: str
    key: str
    key_type: KeyType = KeyType.STRING
    fields: Mapping[str, FieldSource]
    locale: str = "en"
    time_zone: str = "UTC"
    name_search: str | None = None

    @property
    def paths(self) -> frozenset[str]:
        """The paths of all that is read."""
        return frozenset({self.key}.union(*(source.paths for source in self.fields.values())))


def public_name(field: str) -> str:
    """The name of a field of `Profile` in the mapping and in GraphQL: `display_name` is `displayName`."""
    first, *others = field.split("_")
    return first + "".join(map(str.capitalize, others))


def value_at(document: Any, path: str) -> Any:
    """The value at a dotted path; None where there is none. In a list, a number is a position from 0."""
    value = document
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
