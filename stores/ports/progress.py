"""The port of progress: enrolments, the ledger of their events and what follows from them. In CockroachDB by default.

What progress means is defined in `stores.domain.progress_projection`; all backends call the same functions.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from stores.domain.calendar import Span
from stores.domain.catalog import CourseVersion, Item
from stores.domain.enrollment_order import EnrollmentFilter, EnrollmentOrder
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
from stores.domain.rebuilds import Rebuild, RebuildPosition
from stores.domain.sessions import ResumePoint
from stores.ports.pinger import Pinger


class Progress(Pinger, Protocol):
    """Reads take many keys and return a mapping in which unknown keys are absent. Each write is one SERIALIZABLE
    transaction, or several for large batches."""

    async def by_registrations(self, registrations: Sequence[UUID]) -> Mapping[UUID, Enrollment]:
        """These enrolments; unknown registrations are absent."""

    async def by_learners(
        self,
        learner_ids: Sequence[str],
        *,
        states: Collection[EnrollmentState] | None,
        courses: Collection[str] | None,
        after: str | None,
        first: int,
    ) -> Mapping[str, Page[Enrollment]]:
        """Each learner's enrolments: newest `enrolled_at` first, those without one last, ties by registration. `states`
        and `courses` restrict them (None: no restriction). Learners without enrolments are absent. `Rejected`:
        malformed cursor."""

    async def by_courses(
        self,
        course_keys: Sequence[str],
        *,
        states: Collection[EnrollmentState] | None,
        after: str | None,
        first: int,
        where: EnrollmentFilter | None = None,
        order: EnrollmentOrder | None = None,
    ) -> Mapping[str, Page[Enrollment]]:
        """Each course's enrolments in this order, by registration if it is None (`stores.domain.enrollment_order`).
        `states` and `where` restrict them (None: no restriction). Courses without enrolments are absent. `Rejected`:
        malformed cursor, or a cursor of another order."""

    async def count_by_learners(
        self,
        learner_ids: Sequence[str],
        *,
        states: Collection[EnrollmentState] | None,
        courses: Collection[str] | None,
    ) -> Mapping[str, int]:
        """The number of enrolments that `by_learners` would return; zero may be absent."""

    async def count_by_courses(
        self,
        course_keys: Sequence[str],
        *,
        states: Collection[EnrollmentState] | None,
        where: EnrollmentFilter | None = None,
    ) -> Mapping[str, int]:
        """The number of enrolments that `by_courses` would return; zero may be absent. Without `where`, the time that
        it takes does not depend on this number."""

    async def course_progress(self, registrations: Sequence[UUID]) -> Mapping[UUID, CourseProgress]:
        """The roll-up of each registration; every known registration has one from its enrolment on."""

    async def item_progress(self, registrations: Sequence[UUID]) -> Mapping[UUID, Mapping[str, ItemProgress]]:
        """The rows of the items that an event concerned, by item key. Registrations without such rows are absent."""

    async def attempts(
        self, registrations: Sequence[UUID], *, item: str | None, after: str | None, first: int
    ) -> Mapping[UUID, Page[Attempt]]:
        """Attempts in the order of `(at, event_id)`, without voided ones; those of one item if `item` is given.
        `Rejected`: malformed cursor."""

    async def certificates(self, registrations: Sequence[UUID]) -> Mapping[UUID, Certificate]:
        """Certificates, revoked ones included; absent where none was issued."""

    async def certificates_by_code(self, codes: Sequence[str]) -> Mapping[str, Certificate]:
        """Certificates by their verification codes, compared exactly; revoked ones included. A code may be any text."""

    async def resume_points(self, registrations: Sequence[UUID]) -> Mapping[UUID, ResumePoint]:
        """The durable resume points: the latest event or checkpoint of each registration with an item and a position,
        by `(at, id)`. Voided events do not count."""

    async def enroll(self, enrollments: Sequence[Enrollment], *, items: Mapping[CourseVersion, Sequence[Item]]) -> int:
        """Store the enrolments that are new, with an empty roll-up over the items of their version, and return how many
        were new. Existing ones stay unchanged, and so does an existing enrolment of the same learner and course under
        another registration. `items` must have every pinned version. State and times of the given records are ignored:
        they follow from events. `Rejected`, with nothing stored, if a record could not be returned exactly
        (`admission.check_enrollments`)."""

    async def ledger(self, event_ids: Sequence[UUID]) -> Mapping[UUID, Event]:
        """Events by id, voided ones included; unknown ids are absent."""

    async def voided(self, events: Sequence[Event]) -> Collection[UUID]:
        """The ids of those of these events that a VOIDED event of their registration voids, whichever of the two was
        stored first. Consumers must not deliver them."""

    async def record(
        self,
        events: Sequence[Event],
        *,
        items: Mapping[CourseVersion, Sequence[Item]],
        enrollments: Sequence[Enrollment] = (),
        on_start: Callable[[], None] | None = None,
    ) -> Sequence[Verdict]:
        """Append events to the ledger, fold them into progress, count them in the activity and put what follows into
        the outbox (one `Commit` for each registration), all in one SERIALIZABLE transaction. Each event gets a slot
        (`stores.domain.slots`). Returns a verdict for each event, in order. A large batch is split into several
        transactions.

        Of `enrollments`, those are stored for which an event is accepted, as by `enroll`. Repeating is harmless: an
        event with a known id and the same body is a DUPLICATE. Rejected events do not affect the others.

        Errors, with nothing written: `Rejected` if `items` lacks a pinned version in use, or an event could not be
        returned exactly (`event_validity.event_fault`); `Conflict` if other writers won every attempt; `RetryLater` if
        the queue of writers is full, or the wait in it exceeded `write_queue.MAX_WAIT`. `on_start` is called when the
        wait ends and the transaction begins.
        """

    async def load(
        self, events: Sequence[Event], *, items: Mapping[CourseVersion, Sequence[Item]]
    ) -> Sequence[Verdict]:
        """As `record`, but nothing is put into the outbox: imports write the timeline themselves."""

    async def refold(self, registrations: Sequence[UUID], *, items: Mapping[CourseVersion, Sequence[Item]]) -> int:
        """Fold the whole ledgers of these registrations again and write the rows that differ, each registration in one
        SERIALIZABLE transaction; return how many registrations changed. A change adds one to the version and leaves a
        `Commit` without events in the outbox, for LIVE. Unknown registrations are ignored; repeating is harmless.
        `Rejected` if `items` lacks a pinned version in use."""

    async def recount(self, course_keys: Sequence[str]) -> int:
        """Count the enrolments of these courses again, where `count_by_courses` reads kept numbers; return how many
        courses had other numbers. Each course in one SERIALIZABLE transaction; repeating is harmless."""

    async def start_rebuild(self, rebuild: Rebuild) -> None:
        """Start this rebuild of all registrations, unless it is under way. Its position is durable, so that a rebuild
        that was killed resumes. A migration that changes what is derived from the ledger starts one, too.

        A rebuild works on `enrollments_after` its position until no enrolment is left, and calls `advance_rebuild`
        after each batch. Several processes may do this at once: repeating a batch is harmless.
        """

    async def rebuild_position(self, rebuild: Rebuild) -> RebuildPosition | None:
        """Where this rebuild is; None if it is not under way."""

    async def advance_rebuild(self, rebuild: Rebuild, position: RebuildPosition | None) -> None:
        """Move the position of a rebuild under way, never backwards. None ends the rebuild."""

    async def enrollments_after(self, after: UUID | None, *, most: int) -> Sequence[Enrollment]:
        """The next enrolments of all courses after this registration, in the order of `registration`."""

    async def count_enrollments(self, *, after: UUID | None = None) -> int:
        """The number of enrolments after this registration, of all if it is None."""

    async def live_events(self, registrations: Sequence[UUID], *, span: Span) -> Sequence[Event]:
        """The events of these registrations within the span, with their slots, without voided ones; in any order."""

    async def checkpoint(self, points: Sequence[ResumePoint]) -> None:
        """Move durable resume points forward to those of `points` that have a position and are later by `(at, id)`."""

    async def revoke(self, registration: UUID, *, at: datetime, because: str) -> Certificate | None:
        """Revoke a certificate and return it; one that is revoked already stays as it is. None if there is no
        certificate."""
