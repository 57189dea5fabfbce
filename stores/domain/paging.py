"""Pages by keyset: a cursor is the order key of a row, opaque to whoever holds it."""

import base64
import binascii
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import UnionType
from typing import Generic, TypeVar
from uuid import UUID

from stores.errors import Rejected

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """Rows in order, each with the cursor that a next page starts after. `has_next`: there is at least one more."""

    rows: tuple[T_co, ...]
    cursors: tuple[str, ...]
    has_next: bool


def encode(*parts: str | int | None) -> str:
    """The cursor of a row whose order key is `parts`."""
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(store: str, cursor: str, *kinds: type | UnionType) -> list[str]:
    """The parts of a cursor as text, empty text for null (of `int | None`); `Rejected` unless it has exactly these
    kinds of parts."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise Rejected(store, "malformed cursor") from None
    if not isinstance(parts, list) or len(parts) != len(kinds):
        raise Rejected(store, "malformed cursor")
    for part, kind in zip(parts, kinds, strict=True):
        if not fits(part, kind):
            raise Rejected(store, "malformed cursor")
    return ["" if part is None else str(part) for part in parts]


def fits(part: object, kind: type | UnionType) -> bool:
    """Whether a part is what a cursor of ours has there, and what every backend can compare with: an int that is a
    moment in ms, a text without NUL and half characters, a UUID written in the usual form, or null where it may be."""
    if kind == int | None:
        return part is None or fits(part, int)
    if kind is int:
        return type(part) is int and part in MOMENTS
    pattern = UUID_TEXT if kind is UUID else CLEAN_TEXT
    return isinstance(part, str) and pattern.fullmatch(part) is not None


def page_of(rows: Iterable[T_co], cursors: Iterable[str], first: int) -> Page[T_co]:
    """The page of the first `first` of rows read with one to spare, which says whether there is more."""
    kept, marks = tuple(rows), tuple(cursors)
    return Page(kept[:first], marks[:first], len(kept) > first)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(moment: datetime) -> int:
    """Whole milliseconds since 1970, exactly (no float in between)."""
    gone = moment - EPOCH
    return (gone.days * 86_400 + gone.seconds) * 1000 + gone.microseconds // 1000


def from_ms(ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=ms)


MOMENTS = range(to_ms(datetime.min.replace(tzinfo=UTC)), to_ms(datetime.max.replace(tzinfo=UTC)) + 1)
UUID_TEXT = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CLEAN_TEXT = re.compile("[^\0\ud800-\udfff]*")
