"""Pages by keyset, and the cursors of their rows.

A cursor is the order key of a row, opaque to clients: URL-safe base64 (RFC 4648) of a JSON list. The cursor of a page
begins with a tag that names its list and the list's order, so that another list refuses it. The cursors of live feeds
(`stores.feeds.feed_position`) name their feed instead.
"""

import base64
import binascii
import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import UnionType
from typing import Any, Generic, TypeVar
from uuid import UUID

from stores.errors import Rejected

T_co = TypeVar("T_co", covariant=True)
PartKind = type | UnionType
"""`int` (milliseconds or a number), `str`, `UUID`, `int | None` or `float | None`."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
UUID_TEXT = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MALFORMED = "malformed cursor, or a cursor of another list or order"
CLEAN_TEXT = re.compile("[^\0\ud800-\udfff]*")
"""Text that every store can keep: without NUL and without unpaired surrogates."""


@dataclass(frozen=True, slots=True, eq=False)
class Page(Generic[T_co]):
    """Rows in order. `has_next`: there are more. `cursor_of(row)` makes the cursor of a row; the next page is read
    after that of the last one. It may be called late, so it depends on what was read, not on the store as it is now."""

    rows: tuple[T_co, ...]
    cursor_of: Callable[[Any], str]
    has_next: bool

    @property
    def cursors(self) -> tuple[str, ...]:
        """The cursor of each row."""
        return tuple(map(self.cursor_of, self.rows))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Page) and self._shown() == other._shown()

    def __repr__(self) -> str:
        return "Page(rows={}, cursors={}, has_next={})".format(*self._shown())

    def _shown(self) -> tuple[object, ...]:
        return self.rows, self.cursors, self.has_next


@dataclass(frozen=True, slots=True)
class CursorFormat:
    """The cursors of one list in one order. `tag` names both and must be unique; `kinds` are the parts of the order
    key. A list whose order changes gets a new tag."""

    store: str
    tag: str
    kinds: tuple[PartKind, ...]

    def encode(self, *parts: str | float | None) -> str:
        """The cursor of the row with this order key."""
        return encode(self.tag, *parts)

    def decode(self, cursor: str) -> list[str]:
        """The order key of a cursor as text, as `decode` returns it. `Rejected` if it is not a cursor of this list."""
        tag, *parts = decode(self.store, cursor, str, *self.kinds)
        if tag != self.tag:
            raise Rejected(self.store, MALFORMED)
        return parts


LEARNERS = CursorFormat("profiles", "learners", (str,))
"""Profiles by learner id."""
COURSES = CursorFormat("catalog", "courses", (str,))
"""Courses by key."""
ENROLLMENTS_OF_LEARNER = CursorFormat("progress", "enrollments-newest", (int | None, UUID))
"""A learner's enrolments, newest first: `enrolled_at` in ms or null, registration."""
ENROLLMENTS_OF_COURSE = CursorFormat("progress", "enrollments", (UUID,))
"""A course's enrolments by registration."""
ATTEMPTS = CursorFormat("progress", "attempts", (int, UUID))
"""Attempts by time: ms, event id."""
ITEMS = CursorFormat("progress", "items", (int,))
"""The items of a course version in course order: position from 0."""
TIMELINE = CursorFormat("timeline", "events-places", (int, int, str))
"""A learner's events by (ms, slot, course key), all descending; course keys are compared by code point."""


_json = json.JSONEncoder().encode


def encode(*parts: str | float | None) -> str:
    """A cursor with these parts."""
    # `json.dumps` of the list would make an encoder for each cursor, and take three times as long.
    texts = [repr(part) if type(part) in (int, float) else _json(part) for part in parts]
    return base64.urlsafe_b64encode(f"[{','.join(texts)}]".encode()).decode().rstrip("=")


def decode(store: str, cursor: str, *kinds: PartKind) -> list[str]:
    """The parts of a cursor as text; null, where its kind allows it, becomes the empty text. `Rejected` (with `store`)
    unless the cursor has exactly these kinds of parts."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise Rejected(store, MALFORMED) from None
    if not isinstance(parts, list) or len(parts) != len(kinds):
        raise Rejected(store, MALFORMED)
    for part, kind in zip(parts, kinds, strict=True):
        if not is_of_kind(part, kind):
            raise Rejected(store, MALFORMED)
    return ["" if part is None else str(part) for part in parts]


def is_of_kind(part: object, kind: PartKind) -> bool:
    """Whether a part is one that every backend can compare with: an int within the range of moments in ms, a finite
    float, text without NUL and unpaired surrogates, a UUID in its usual form, or null where `kind` allows it."""
    if kind == int | None:
        return part is None or is_of_kind(part, int)
    if kind == float | None:
        return part is None or (type(part) is float and math.isfinite(part))
    if kind is int:
        return type(part) is int and part in MOMENTS
    pattern = UUID_TEXT if kind is UUID else CLEAN_TEXT
    return isinstance(part, str) and pattern.fullmatch(part) is not None


def page_of(rows: Iterable[T_co], cursor_of: Callable[[T_co], str], first: int) -> Page[T_co]:
    """The page of the first `first` rows. The caller reads one row more, which decides `has_next`."""
    kept = tuple(rows)
    return Page(kept[:first], cursor_of, len(kept) > first)


def to_ms(moment: datetime) -> int:
    """Whole milliseconds since 1970, rounded down, computed without floats."""
    elapsed = moment - EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * 1000 + elapsed.microseconds // 1000


def from_ms(ms: int) -> datetime:
    """The moment, in UTC, of so many milliseconds since 1970."""
    return EPOCH + ms * MILLISECOND


MOMENTS = range(to_ms(datetime.min.replace(tzinfo=UTC)), to_ms(datetime.max.replace(tzinfo=UTC)) + 1)
"""Every moment of `datetime`, in ms since 1970."""
