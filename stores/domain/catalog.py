"""Catalog: courses and their immutable published versions (cmi5's course structure, flattened to modules and items)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple


class ItemType(Enum):
    """What kind of thing an item is; no rule depends on it."""

    PAGE = "PAGE"
    VIDEO = "VIDEO"
    QUIZ = "QUIZ"
    ASSIGNMENT = "ASSIGNMENT"
    DISCUSSION = "DISCUSSION"
    TOOL = "TOOL"


class MoveOn(Enum):
    """When an item is satisfied (cmi5 10.2.4 moveOn). NOT_APPLICABLE makes the item optional."""

    PASSED = "PASSED"
    COMPLETED = "COMPLETED"
    COMPLETED_AND_PASSED = "COMPLETED_AND_PASSED"
    COMPLETED_OR_PASSED = "COMPLETED_OR_PASSED"
    NOT_APPLICABLE = "NOT_APPLICABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A unit of a course that learners work on.

    `key` is unique in its course. `weight` is relative to the other items. `mastery_score` and `completion_threshold`
    are 0…1: a score from the first on passes, a progress from the second on completes. `complete_on_view`: viewing
    completes. `prerequisites` are keys of items of the same course. `launch_url`: where a client opens the item.
    `self_reported`: learners may state its score and its success themselves."""

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
    launch_url: str | None = None
    self_reported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A section of a course: a title and its items in order. `key` is unique in its course; None for the key that its
    place gives it (`module_key`)."""

    title: str
    items: tuple[Item, ...]
    key: str | None = None


def module_key(place: int, module: Module) -> str:
    """The key of the module at this place (from 0) of its course."""
    return module.key or f"module-{place + 1}"


class CourseVersion(NamedTuple):
    """A version of a course, as an enrolment is pinned to it."""

    key: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFilter:
    """A filter on courses whose given parts must all hold. `keys` are compared exactly. `title_contains`: the folded
    title of the newest version contains this text, folded (`folding.folded`)."""

    keys: tuple[str, ...] | None = None
    title_contains: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A published version of a course. It is immutable; versions count from 1. `enforce_prerequisites`: a learner's
    attempt at an item is refused until the item's prerequisites are satisfied."""

    key: str
    version: int
    title: str
    description: str | None = None
    image_url: str | None = None
    enforce_prerequisites: bool = False
    modules: tuple[Module, ...]
    published_at: datetime

    @property
    def pin(self) -> CourseVersion:
        """The key and version that enrolments are pinned to."""
        return CourseVersion(self.key, self.version)

    @property
    def items(self) -> tuple[Item, ...]:
        """All items in course order."""
        return tuple(item for module in self.modules for item in module.items)
