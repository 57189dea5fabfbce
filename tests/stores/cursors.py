"""Cursors that a list must refuse: those of every other list, those of earlier versions, and malformed ones."""

from math import inf, nan
from types import UnionType
from typing import Any
from uuid import UUID

from stores.domain.enrollment_order import CURSORS
from stores.domain.paging import (
    ATTEMPTS,
    COURSES,
    ENROLLMENTS_OF_COURSE,
    ENROLLMENTS_OF_LEARNER,
    ITEMS,
    LEARNERS,
    TIMELINE,
    CursorFormat,
    encode,
)

FORMATS = (
    LEARNERS,
    COURSES,
    ENROLLMENTS_OF_LEARNER,
    ENROLLMENTS_OF_COURSE,
    ATTEMPTS,
    ITEMS,
    TIMELINE,
    *CURSORS.values(),
)
NOT_BASE64_JSON = ("", "x", "?", "é", "nonsense", "[]", "e30", "W10", "WzEsLTFd")
FEED_CURSOR = encode(1, "epoch", 1, 2)


def sample(kind: type | UnionType) -> Any:
    """A valid part of this kind."""
    if kind == float | None:
        return 0.5
    return str(UUID(int=1)) if kind is UUID else "b" if kind is str else 1


def refused_by(*formats: CursorFormat) -> list[str]:
    """The cursors that a list with these formats (one for each backend) must refuse."""
    others = [each.encode(*map(sample, each.kinds)) for each in FORMATS if each not in formats]
    untagged = [encode(*map(sample, each.kinds)) for each in formats]
    wrong = [each.encode(*parts) for each in formats for parts in _wrong_parts(each)]
    return [*NOT_BASE64_JSON, FEED_CURSOR, *others, *untagged, *wrong]


def _wrong_parts(cursors: CursorFormat) -> list[list[Any]]:
    right = [sample(kind) for kind in cursors.kinds]
    made: list[list[Any]] = [[], [*right, 1], right[:-1]]
    for place, kind in enumerate(cursors.kinds):
        bad: list[Any] = [True, [], {}, "\ud800"]
        bad += [] if kind == float | None else [1.5]
        bad += [10**30, "1"] if kind in (int, int | None) else [1, "a\0b"]
        bad += [inf, nan] if kind == float | None else []
        bad += [None] if kind in (int, str, UUID) else []
        bad += ["no uuid", UUID(int=1).hex] if kind is UUID else []
        made += [[*right[:place], part, *right[place + 1 :]] for part in bad]
    return made
