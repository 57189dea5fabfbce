"""Catalog: courses and their immutable published versions (cmi5's course structure, flattened to modules and items)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple, Protocol

from stores.ports.paging import Page, Pinger


class ItemType(Enum):
    PAGE = "PAGE"
    VIDEO = "VIDEO"
    QUIZ = "QUIZ"
    ASSIGNMENT = "ASSIGNMENT"
    DISCUSSION = "DISCUSSION"
    TOOL = "TOOL"


class MoveOn(Enum):
    """When an item counts as done (cmi5 10.2.4 moveOn). NOT_APPLICABLE makes the item optional."""

    PASSED = "PASSED"
    COMPLETED = "COMPLETED"
    COMPLETED_AND_PASSED = "COMPLETED_AND_PASSED"
    COMPLETED_OR_PASSED = "COMPLETED_OR_PASSED"
    NOT_APPLICABLE = "NOT_APPLICABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something a learner does. Its key is unique in its course; scores and thresholds are 0…1."""

    key: str
    type: ItemType
    title: str
    weight: float = 1.0
    move_on: MoveOn
    mastery_score: float | None = None
    completion_threshold: float = 1.0
    complete_on_view: bool = False
    estimated_duration: timedelta | None = None
    prerequisites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    title: str
    items: tuple[Item, ...]


class CourseVersion(NamedTuple):
    """What an enrolment is pinned to."""

    key: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One published version of a course; never changed once published. Versions count from 1."""

    key: str
    version: int
    title: str
    description: str | None = None
    modules: tuple[Module, ...]
    published_at: datetime

    @property
    def pin(self) -> CourseVersion:
        return CourseVersion(self.key, self.version)

    @property
    def items(self) -> tuple[Item, ...]:
        """All items in course order."""
        return tuple(item for module in self.modules for item in module.items)


class Catalog(Pinger, Protocol):
    async def latest(self, course_keys: Sequence[str]) -> Mapping[str, Course]:
        """The newest published version of each course; unknown ones are absent."""

    async def versions(self, pins: Sequence[CourseVersion]) -> Mapping[CourseVersion, Course]:
        """These very versions; unknown ones are absent. Immutable, so cached in the process without expiry."""

    async def page(self, *, after: str | None, first: int) -> Page[Course]:
        """The newest version of every course, in the order of `key` (by code point)."""

    async def publish(self, course: Course) -> Course:
        """Keep a new version of `course.key` and return it with the version it got: one more than the newest (1 for
        a new key), whatever `course.version` says. One atomic document write; publishers at once get one each."""
