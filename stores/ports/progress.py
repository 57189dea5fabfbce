"""Progress: enrolments, and what follows from the ledger of their events. Owned by CockroachDB at first."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from stores.domain.catalog import CourseVersion, Item
from stores.domain.events import Event
from stores.domain.paging import Page
from stores.domain.progress import (
    Attempt,
    Certificate,
    CourseProgress,
    Enrollment,
    EnrollmentState,
    ItemProgress,
    Verdict,
)
from stores.domain.sessions import ResumePoint
from stores.ports.pinger import Pinger


class Progress(Pinger, Protocol):
    async def by_registrations(self, registrations: Sequence[UUID]) -> Mapping[UUID, Enrollment]:
        """These enrolments; unknown ones are absent."""

    async def by_learners(
        self,
        learner_ids: Sequence[str],
        *,
        states: Collection[EnrollmentState] | None,
        courses: Collection[str] | None,
        after: str | None,
        first: int,
    ) -> Mapping[str, Page[Enrollment]]:
        """Each learner's enrolments, newest `enrolled_at` first, undated ones last, equal ones by registration.
        `states` and `courses` (None: all) restrict them. Learners without any are absent. `Rejected`: bad cursor."""

    async def by_courses(
        self, course_keys: Sequence[str], *, states: Collection[EnrollmentState] | None, after: str | None, first: int
    ) -> Mapping[str, Page[Enrollment]]:
        """Each course's enrolments in the order of `registration`. Courses without any are absent."""

    async def count_by_learners(
        self,
        learner_ids: Sequence[str],
        *,
        states: Collection[EnrollmentState] | None,
        courses: Collection[str] | None,
    ) -> Mapping[str, int]:
        """How many enrolments `by_learners` would page through; zero may be absent."""

    async def count_by_courses(
        self, course_keys: Sequence[str], *, states: Collection[EnrollmentState] | None
    ) -> Mapping[str, int]:
        """How many enrolments `by_courses` would page through; zero may be absent."""

    async def course_progress(self, registrations: Sequence[UUID]) -> Mapping[UUID, CourseProgress]:
        """The roll-ups; every known registration has one from its enrolment on."""

    async def item_progress(self, registrations: Sequence[UUID]) -> Mapping[UUID, Mapping[str, ItemProgress]]:
        """By item key, the rows that some event touched; registrations without any are absent."""

    async def attempts(
        self, registrations: Sequence[UUID], *, item: str | None, after: str | None, first: int
    ) -> Mapping[UUID, Page[Attempt]]:
        """Attempts in the order of `(at, event_id)`, voided ones left out; of one item when `item` is given."""

    async def certificates(self, registrations: Sequence[UUID]) -> Mapping[UUID, Certificate]:
        """Certificates, revoked ones too; absent where none was issued."""

    async def resume_points(self, registrations: Sequence[UUID]) -> Mapping[UUID, ResumePoint]:
        """The durable resume points: the latest `(at, id)` event of each registration with an item and a position,
        voided ones left out."""

    async def enroll(self, enrollments: Sequence[Enrollment], *, items: Mapping[CourseVersion, Sequence[Item]]) -> int:
        """Keep those that are new with an empty roll-up over their version's items (`items` has every pin in use);
        leave the others as they are, an existing (learner, course) pair under another registration included; say how
        many were new. State and times of the given records are not looked at: they follow from events.
        `Rejected`, with nothing kept: one that could not be given back exactly (`admission.check_enrollments`)."""

    async def ledger(self, event_ids: Sequence[UUID]) -> Mapping[UUID, Event]:
        """Events by id, voided ones too; unknown ones are absent."""

    async def voided(self, events: Sequence[Event]) -> Collection[UUID]:
        """The ids of those of these events that a VOIDED of their registration has taken back, before or after they
        came: they are nobody's to tell of any more."""

    async def record(
        self,
        events: Sequence[Event],
        *,
        items: Mapping[CourseVersion, Sequence[Item]],
        enrollments: Sequence[Enrollment] = (),
        on_start: Callable[[], None] | None = None,
    ) -> Sequence[Verdict]:
        """Keep those of `enrollments` that an event is accepted for, as `enroll` does, append events, fold
        them into the rows, and leave what follows in the outbox (a `Commit` a registration), all in one SERIALIZABLE
        transaction; one verdict an event, in order. Repeating is harmless: the same id with the same body is a
        DUPLICATE. All or nothing but for the rejected ones. `items` has the items of every pinned version in use:
        `Rejected` when one is missing. `Rejected`, with nothing kept: an event that could not be given back exactly
        (`event_validity.event_fault`). `Conflict` when other writers kept winning. Any number of events; a great many
        are cut into transactions.

        Writers of one process wait in a bounded queue for their transaction; `on_start` is called when it begins.
        `RetryLater`, with nothing written: the queue is full, or the wait exceeded `write_queue.MAX_WAIT`."""

    async def load(
        self, events: Sequence[Event], *, items: Mapping[CourseVersion, Sequence[Item]]
    ) -> Sequence[Verdict]:
        """As `record`, but leave nothing in the outbox: for imports, which bring the timeline themselves."""

    async def republish(self, registrations: Sequence[UUID]) -> int:
        """Leave the whole ledger of these registrations in the outbox again, for the timeline alone, in the order of
        their commits: what lives is to be kept, what is voided to be taken out. Progress stays as it is, its version
        included. How many events; unknown registrations have none."""

    async def refold(self, registrations: Sequence[UUID], *, items: Mapping[CourseVersion, Sequence[Item]]) -> int:
        """Fold the whole ledgers of these registrations again and write the rows that differ, each registration in one
        SERIALIZABLE transaction; return how many registrations changed. A change adds one to the version and leaves a
        `Commit` without events in the outbox, for LIVE. Unknown registrations are ignored; repeating is harmless.
        `Rejected` if `items` lacks a pinned version in use."""

    async def start_rebuild(self) -> None:
        """Begin a rebuild of all registrations, unless one has not ended. Its position is durable, so that a rebuild
        that was killed resumes. A rebuild is: until `rebuild_batch` is empty, refold a batch, then `advance_rebuild` to
        its last registration; then `advance_rebuild(None)`. Several processes may do this at once."""

    async def rebuild_left(self) -> int | None:
        """How many registrations the rebuild under way has left; None if there is none under way. A migration that
        changes the fold starts one."""

    async def rebuild_batch(self, *, most: int) -> Sequence[Enrollment]:
        """The next enrolments of the rebuild under way, in the order of `registration`; empty if none is left, and if
        no rebuild is under way."""

    async def advance_rebuild(self, after: UUID | None) -> None:
        """Move the position of the rebuild to this registration, never back. None ends the rebuild."""

    async def checkpoint(self, points: Sequence[ResumePoint]) -> None:
        """Move durable resume points on to those of `points` that have a position and are later by `(at, id)`."""

    async def revoke(self, registration: UUID, *, at: datetime, because: str) -> Certificate | None:
        """Take a certificate back, once: one that is revoked already stays as it is. None where there is none."""
