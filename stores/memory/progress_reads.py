"""The reads of progress in memory."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from stores.domain.admission import LedgerEntry
from stores.domain.calendar import Span
from stores.domain.enrollment_order import (
    EnrollmentFilter,
    EnrollmentOrder,
    cursor_of,
    place_of,
    sort_key,
    sort_values,
)
from stores.domain.events import Event
from stores.domain.paging import ATTEMPTS, ENROLLMENTS_OF_COURSE, ENROLLMENTS_OF_LEARNER, Page, to_ms
from stores.domain.progress import (
    Attempt,
    Certificate,
    CourseProgress,
    Enrollment,
    EnrollmentState,
    ItemProgress,
)
from stores.domain.progress_projection import without_voided
from stores.domain.rebuilds import Rebuild, RebuildPosition
from stores.domain.sessions import ResumePoint
from stores.domain.slots import Moment
from stores.memory.attempts import attempts_of
from stores.memory.pages import UNDATED, enrolment_cursor, newest_first, pages
from stores.memory.registration_states import RegistrationStates


class MemoryProgressReads:
    """The data of `MemoryProgress` and its read methods, which the port documents."""

    def __init__(self) -> None:
        self._resume: dict[UUID, ResumePoint] = {}
        self._enrolled = RegistrationStates()
        self._ledger: defaultdict[UUID, list[Event]] = defaultdict(list)
        self._known: dict[UUID, LedgerEntry] = {}
        self._outcomes: dict[UUID, bool | None] = {}
        self._certificates: dict[UUID, Certificate] = {}
        self._slots: defaultdict[Moment, set[int]] = defaultdict(set)
        self._rebuilds: dict[Rebuild, RebuildPosition] = {}

    async def ping(self) -> None:
        return None

    async def by_registrations(self, registrations: Sequence[UUID]) -> Mapping[UUID, Enrollment]:
        return {key: self._enrolled.of[key].enrollment for key in registrations if key in self._enrolled.of}

    async def by_learners(
        self,
        learner_ids: Sequence[str],
        *,
        states: Collection[EnrollmentState] | None,
        courses: Collection[str] | None,
        after: str | None,
        first: int,
    ) -> Mapping[str, Page[Enrollment]]:
        past = None
        if after is not None:
            ms, registration = ENROLLMENTS_OF_LEARNER.decode(after)
            past = (-int(ms) if ms else UNDATED, UUID(registration))
        rows = {key: self._enrolled.of_learner(key, states, courses) for key in learner_ids}
        return pages(rows, order=newest_first, cursor=enrolment_cursor, past=past, first=first)

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
        rows = {key: self._enrolled.of_course(key, states, where) for key in course_keys}
        if order is None:
            return pages(
                rows,
                order=lambda row: (0.0, row.registration),
                cursor=lambda row: ENROLLMENTS_OF_COURSE.encode(str(row.registration)),
                past=None if after is None else (0.0, UUID(ENROLLMENTS_OF_COURSE.decode(after)[0])),
                first=first,
            )
        by = order
        values = {
            row.registration: sort_values(row, self._enrolled.of[row.registration].course)[by.field]
            for its in rows.values()
            for row in its
        }
        return pages(
            rows,
            order=lambda row: sort_key(by, values[row.registration], row.registration),
            cursor=lambda row: cursor_of(by, values[row.registration], row.registration),
            past=None if after is None else sort_key(by, *place_of(by, after)),
            first=first,
        )

    async def count_by_learners(
        self,
        learner_ids: Sequence[str],
        *,
        states: Collection[EnrollmentState] | None,
        courses: Collection[str] | None,
    ) -> Mapping[str, int]:
        return {key: len(self._enrolled.of_learner(key, states, courses)) for key in learner_ids}

    async def count_by_courses(
        self,
        course_keys: Sequence[str],
        *,
        states: Collection[EnrollmentState] | None,
        where: EnrollmentFilter | None = None,
    ) -> Mapping[str, int]:
        return {key: len(self._enrolled.of_course(key, states, where)) for key in course_keys}

    async def course_progress(self, registrations: Sequence[UUID]) -> Mapping[UUID, CourseProgress]:
        return {key: self._enrolled.of[key].course for key in registrations if key in self._enrolled.of}

    async def item_progress(self, registrations: Sequence[UUID]) -> Mapping[UUID, Mapping[str, ItemProgress]]:
        known = {key: self._enrolled.of[key].items for key in registrations if key in self._enrolled.of}
        return {key: items for key, items in known.items() if items}

    async def attempts(
        self, registrations: Sequence[UUID], *, item: str | None, after: str | None, first: int
    ) -> Mapping[UUID, Page[Attempt]]:
        past = None
        if after is not None:
            ms, event_id = ATTEMPTS.decode(after)
            past = (int(ms), UUID(event_id))
        rows = {
            key: [row for row in attempts_of(self._ledger.get(key, ()), self._outcomes) if item in (None, row.item_key)]
            for key in registrations
        }
        return pages(
            rows,
            order=lambda row: (to_ms(row.at), row.event_id),
            cursor=lambda row: ATTEMPTS.encode(to_ms(row.at), str(row.event_id)),
            past=past,
            first=first,
        )

    async def certificates(self, registrations: Sequence[UUID]) -> Mapping[UUID, Certificate]:
        return {key: self._certificates[key] for key in registrations if key in self._certificates}

    async def certificates_by_code(self, codes: Sequence[str]) -> Mapping[str, Certificate]:
        wanted = frozenset(codes)
        return {row.verify_code: row for row in self._certificates.values() if row.verify_code in wanted}

    async def resume_points(self, registrations: Sequence[UUID]) -> Mapping[UUID, ResumePoint]:
        return {key: self._resume[key] for key in registrations if key in self._resume}

    async def ledger(self, event_ids: Sequence[UUID]) -> Mapping[UUID, Event]:
        of = {self._known[key].registration for key in event_ids if key in self._known}
        events = {event.id: event for registration in of for event in self._ledger[registration]}
        return {key: events[key] for key in event_ids if key in events}

    async def rebuild_position(self, rebuild: Rebuild) -> RebuildPosition | None:
        return self._rebuilds.get(rebuild)

    async def enrollments_after(self, after: UUID | None, *, most: int) -> Sequence[Enrollment]:
        keys = sorted(key for key in self._enrolled.of if after is None or key > after)
        return [self._enrolled.of[key].enrollment for key in keys[:most]]

    async def count_enrollments(self, *, after: UUID | None = None) -> int:
        return sum(after is None or key > after for key in self._enrolled.of)

    async def live_events(self, registrations: Sequence[UUID], *, span: Span) -> Sequence[Event]:
        live = (without_voided(self._ledger.get(key, ())) for key in dict.fromkeys(registrations))
        return [event for events in live for event in events if span.start <= event.at < span.end]

    async def voided(self, events: Sequence[Event]) -> Collection[UUID]:
        return {one.id for one in events if one not in without_voided([one, *self._ledger.get(one.registration, ())])}
