"""Records of progress: enrolments, and what the ledger of their events determines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from stores.domain.catalog import CourseVersion


class EnrollmentState(Enum):
    """WITHDRAWN: the latest REGISTERED or UNREGISTERED is the latter. COMPLETED: the course is satisfied."""

    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    WITHDRAWN = "WITHDRAWN"


class ProgressState(Enum):
    """The state of an item, the best last; see `item_progress.item_state`."""

    NOT_STARTED = "NOT_STARTED"
    VIEWED = "VIEWED"
    IN_PROGRESS = "IN_PROGRESS"
    FAILED = "FAILED"
    COMPLETED = "COMPLETED"
    PASSED = "PASSED"
    WAIVED = "WAIVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrollment:
    """One learner's one enrolment in one course run, pinned to a version of the course (xAPI `context.registration`).

    `state`, `enrolled_at` (earliest REGISTERED), `moved_at` (latest REGISTERED or UNREGISTERED) and `completed_at`
    are determined by the events. `attributes` is an open document.
    """

    registration: UUID
    learner_id: str
    course_key: str
    course_version: int
    state: EnrollmentState = EnrollmentState.ACTIVE
    enrolled_at: datetime | None = None
    moved_at: datetime | None = None
    completed_at: datetime | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pin(self) -> CourseVersion:
        """The version of the course that the enrolment is pinned to."""
        return CourseVersion(self.course_key, self.course_version)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemProgress:
    """A registration's progress in one item. Stores have no row for an item without events.

    The facts (`attempts` … `last_event_at`) merge event by event; `state`, `completion`, `satisfied` and
    `satisfied_at` are derived from them and from the item. `latest_id` breaks ties of `latest_at` among scores.
    """

    registration: UUID
    item_key: str
    attempts: int = 0
    completed_at: datetime | None = None
    passed_at: datetime | None = None
    waived_at: datetime | None = None
    failed: bool = False
    started: bool = False
    viewed: bool = False
    progress: float = 0.0
    best_score: float | None = None
    latest_score: float | None = None
    latest_at: datetime | None = None
    latest_id: UUID | None = None
    time_spent_ms: int = 0
    last_event_at: datetime | None = None
    state: ProgressState = ProgressState.NOT_STARTED
    completion: float = 0.0
    satisfied: bool = False
    satisfied_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseProgress:
    """A registration's progress in its course, over the required items.

    `completion` and `score` are weighted means, 0…1. `version` counts the commits that changed the enrolment's state,
    the course's or an item's progress."""

    registration: UUID
    completion: float = 0.0
    score: float | None = None
    items_done: int = 0
    items_total: int = 0
    satisfied: bool = False
    satisfied_at: datetime | None = None
    time_spent_ms: int = 0
    last_activity_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A ledger row of an attempt verb, numbered from 1 within its item by `(at, event_id)`; `success` is the outcome
    (`item_progress.outcome`), None if unknown."""

    registration: UUID
    number: int
    event_id: UUID
    item_key: str
    at: datetime
    score: float | None
    success: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Issued automatically and once, when the course is first satisfied. It stays until it is revoked."""

    registration: UUID
    issued_at: datetime
    revoked_at: datetime | None = None
    revoked_because: str | None = None
    verify_code: str


class VerdictStatus(Enum):
    """DUPLICATE: the ledger has the same event already. REJECTED: see `Verdict.code`."""

    ACCEPTED = "ACCEPTED"
    DUPLICATE = "DUPLICATE"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What happened to one event. `code` is set if it was rejected: UNKNOWN_REGISTRATION (there is none of its learner
    and course), UNKNOWN_ITEM, CONFLICT (another event has the id), INVALID_VOID. `slot` is the event's slot in the
    ledger, for a DUPLICATE the stored one; None if it was rejected. Writers of the timeline must use that slot."""

    id: UUID
    status: VerdictStatus
    code: str | None = None
    slot: int | None = None
