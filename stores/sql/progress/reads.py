"""The reads of progress in CockroachDB or PostgreSQL. Every read is one statement."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

import asyncpg

from stores.domain.calendar import Span
from stores.domain.enrollment_order import EnrollmentFilter, EnrollmentOrder, cursor_of
from stores.domain.events import Event, Verb
from stores.domain.paging import ENROLLMENTS_OF_COURSE, Page
from stores.domain.progress import (
    Attempt,
    Certificate,
    CourseProgress,
    Enrollment,
    EnrollmentState,
    ItemProgress,
)
from stores.domain.rebuilds import Rebuild, RebuildPosition
from stores.domain.sessions import ResumePoint
from stores.domain.uuids import uuid_of_int
from stores.sql.core.pool import Pool
from stores.sql.core.tables import Table
from stores.sql.core.transact import fetch
from stores.sql.core.uuids import texts_of
from stores.sql.core.where_clause import storable
from stores.sql.progress import course_enrollments, enrollment_counts, queries, rebuilds
from stores.sql.progress.group_read import GroupRead
from stores.sql.progress.ledger import BY_ID
from stores.sql.progress.pages import attempt_cursor, dated_cursor, pages
from stores.sql.progress.rows import (
    attempt_of,
    certificate_of,
    course_progress_of,
    enrollment_of,
    event_of,
    item_progress_of,
    owned_event_of,
    resume_point_of,
)
from stores.sql.progress.tables import CERTIFICATES, COURSES, ENROLLMENTS, ITEMS, RESUME_POINTS

Row = TypeVar("Row")


class SqlProgressReads:
    """The read methods of `SqlProgress`, which the port documents."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._enrollments: GroupRead[UUID, Enrollment] = GroupRead(self._enrollments_of)

    async def ping(self) -> None:
        await self._fetch("SELECT 1")

    async def by_registrations(self, registrations: Sequence[UUID]) -> Mapping[UUID, Enrollment]:
        return await self._enrollments.rows(registrations)

    async def by_learners(
        self,
        learner_ids: Sequence[str],
        *,
        states: Collection[EnrollmentState] | None,
        courses: Collection[str] | None,
        after: str | None,
        first: int,
    ) -> Mapping[str, Page[Enrollment]]:
        query, args = queries.enrollments_of_learners(
            learner_ids, states=states, courses=courses, after=after, first=first
        )
        rows = map(enrollment_of, await self._fetch(query, *args))
        return pages(rows, key=lambda row: row.learner_id, cursor=dated_cursor, first=first)

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
        query, args = course_enrollments.page(
            course_keys, states=states, where=where, order=order, after=after, first=first
        )
        found = await self._fetch(query, *args)
        values = {} if order is None else {row["registration"]: row["value"] for row in found}

        def cursor(row: Enrollment) -> str:
            if order is None:
                return ENROLLMENTS_OF_COURSE.encode(str(row.registration))
            return cursor_of(order, values[row.registration], row.registration)

        return pages(map(enrollment_of, found), key=lambda row: row.course_key, cursor=cursor, first=first)

    async def count_by_learners(
        self,
        learner_ids: Sequence[str],
        *,
        states: Collection[EnrollmentState] | None,
        courses: Collection[str] | None,
    ) -> Mapping[str, int]:
        query, args = queries.counts_of_learners(learner_ids, states=states, courses=courses)
        return {row[0]: row[1] for row in await self._fetch(query, *args)}

    async def count_by_courses(
        self,
        course_keys: Sequence[str],
        *,
        states: Collection[EnrollmentState] | None,
        where: EnrollmentFilter | None = None,
    ) -> Mapping[str, int]:
        if where is None or where.allows_all:
            query, args = enrollment_counts.counts(course_keys, states)
        else:
            query, args = course_enrollments.counts(course_keys, states=states, where=where)
        return {row[0]: row[1] for row in await self._fetch(query, *args)}

    async def course_progress(self, registrations: Sequence[UUID]) -> Mapping[UUID, CourseProgress]:
        return {row.registration: row for row in await self._rows(COURSES, course_progress_of, registrations)}

    async def item_progress(self, registrations: Sequence[UUID]) -> Mapping[UUID, Mapping[str, ItemProgress]]:
        found: defaultdict[UUID, dict[str, ItemProgress]] = defaultdict(dict)
        for row in await self._rows(ITEMS, item_progress_of, registrations):
            found[row.registration][row.item_key] = row
        return dict(found)

    async def attempts(
        self, registrations: Sequence[UUID], *, item: str | None, after: str | None, first: int
    ) -> Mapping[UUID, Page[Attempt]]:
        query, args = queries.attempts(registrations, item=item, after=after, first=first)
        rows = map(attempt_of, await self._fetch(query, *args))
        return pages(rows, key=lambda row: row.registration, cursor=attempt_cursor, first=first)

    async def certificates(self, registrations: Sequence[UUID]) -> Mapping[UUID, Certificate]:
        return {row.registration: row for row in await self._rows(CERTIFICATES, certificate_of, registrations)}

    async def certificates_by_code(self, codes: Sequence[str]) -> Mapping[str, Certificate]:
        rows = map(certificate_of, await self._fetch(queries.CERTIFICATES_BY_CODE, storable(codes)))
        return {row.verify_code: row for row in rows}

    async def resume_points(self, registrations: Sequence[UUID]) -> Mapping[UUID, ResumePoint]:
        return {row.registration: row for row in await self._rows(RESUME_POINTS, resume_point_of, registrations)}

    async def ledger(self, event_ids: Sequence[UUID]) -> Mapping[UUID, Event]:
        rows = await self._fetch(BY_ID, texts_of(event_ids))
        enrollments = await self.by_registrations([uuid_of_int(row["registration"].int) for row in rows])
        events = (event_of(row, enrollments[row["registration"]]) for row in rows)
        return {event.id: event for event in events}

    async def voided(self, events: Sequence[Event]) -> Collection[UUID]:
        targets = [event for event in events if event.verb is not Verb.VOIDED]
        rows = await self._fetch(queries.VOIDS_OF, [str(event.id) for event in targets])
        gone = {(row["voids"], row["registration"]) for row in rows}
        return {event.id for event in targets if (event.id, event.registration) in gone}

    async def rebuild_position(self, rebuild: Rebuild) -> RebuildPosition | None:
        rows = await self._fetch(rebuilds.POSITION, rebuilds.NAMES[rebuild])
        return rebuilds.position_of(rows[0]) if rows else None

    async def enrollments_after(self, after: UUID | None, *, most: int) -> Sequence[Enrollment]:
        query, args = queries.enrollments_after(after, most=most)
        return [enrollment_of(row) for row in await self._fetch(query, *args)]

    async def count_enrollments(self, *, after: UUID | None = None) -> int:
        query, args = queries.count_enrollments(after)
        count: int = (await self._fetch(query, *args))[0]["count"]
        return count

    async def live_events(self, registrations: Sequence[UUID], *, span: Span) -> Sequence[Event]:
        keys = texts_of(registrations)
        return [owned_event_of(row) for row in await self._fetch(queries.LIVE_EVENTS, keys, span.start, span.end)]

    async def _enrollments_of(self, registrations: Sequence[UUID]) -> Mapping[UUID, Enrollment]:
        return {row.registration: row for row in await self._rows(ENROLLMENTS, enrollment_of, registrations)}

    async def _fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        return await fetch(self._pool, "progress", query, *args)

    async def _rows(
        self, table: Table, made: Callable[[asyncpg.Record], Row], registrations: Sequence[UUID]
    ) -> list[Row]:
        return [made(row) for row in await self._fetch(queries.by_key(table), texts_of(registrations))]
