"""Catalog: courses and their immutable published versions (cmi5's course structure, flattened to modules and items)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple


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
