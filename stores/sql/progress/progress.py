"""Progress in CockroachDB or PostgreSQL. Every read is one statement."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

import asyncpg

from stores.batches import SQL_REPUBLISHED_REGISTRATIONS, SQL_ROWS, SQL_SHARED_EVENTS, batched
from stores.domain.admission import accepted, check_enrollments
from stores.domain.catalog import CourseVersion, Item
from stores.domain.events import Event, Verb
from stores.domain.outbox import Consumer
from stores.domain.paging import Page, encode
from stores.domain.progress import (
    Attempt,
    Certificate,
    CourseProgress,
    Enrollment,
    EnrollmentState,
    ItemProgress,
    Verdict,
)
from stores.domain.progress_projection import course_indexes, initial_state
from stores.domain.sessions import ResumePoint
from stores.ports.progress import Progress
from stores.sql.core.pool import Connection, Pool
from stores.sql.core.tables import Table
from stores.sql.core.transact import RETRY_LIMITS, RetryLimits, fetch, transact
from stores.sql.progress import queries
from stores.sql.progress.batching import in_batches
from stores.sql.progress.enrolling import enroll, forget
from stores.sql.progress.group_commit import GroupCommit
from stores.sql.progress.pages import attempt_cursor, dated_cursor, pages
from stores.sql.progress.recording import record_batch
from stores.sql.progress.republish import republish
from stores.sql.progress.rows import (
    attempt_of,
    certificate_of,
    course_of,
    enrollment_of,
    event_of,
    item_of,
    resume_point_of,
    resume_values,
)
from stores.sql.progress.snapshot import upsert_resume_points
from stores.sql.progress.tables import CERTIFICATES, COURSES, ENROLLMENTS, ITEMS, RESUME_POINTS

Row = TypeVar("Row")


class SqlProgress(Progress):
    def __init__(
        self,
        pool: Pool,
        *,
        codes: Callable[[], str] = secrets.token_urlsafe,
        retry_limits: RetryLimits = RETRY_LIMITS,
        filled: asyncio.Event | None = None,
    ) -> None:
        """`filled` is set after a commit that left something in the outbox."""
        self._pool = pool
        self._filled = filled or asyncio.Event()
        self._codes = codes
        self._retry_limits = retry_limits
        self._commits = GroupCommit(self._write, most=SQL_SHARED_EVENTS)

    async def ping(self) -> None:
        await self._fetch("SELECT 1")

    async def by_registrations(self, registrations: Sequence[UUID]) -> Mapping[UUID, Enrollment]:
        return {row.registration: row for row in await self._rows(ENROLLMENTS, enrollment_of, registrations)}

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
        self, course_keys: Sequence[str], *, states: Collection[EnrollmentState] | None, after: str | None, first: int
    ) -> Mapping[str, Page[Enrollment]]:
        query, args = queries.enrollments_of_courses(course_keys, states=states, after=after, first=first)
        rows = map(enrollment_of, await self._fetch(query, *args))
        return pages(
            rows, key=lambda row: row.course_key, cursor=lambda row: encode(str(row.registration)), first=first
        )

    async def count_by_learners(
        self,
        learner_ids: Sequence[str],
        *,
        states: Collection[EnrollmentState] | None,
        courses: Collection[str] | None,
    ) -> Mapping[str, int]:
        query, args = queries.counts("learner_id", learner_ids, states=states, courses=courses)
        return {row[0]: row[1] for row in await self._fetch(query, *args)}

    async def count_by_courses(
        self, course_keys: Sequence[str], *, states: Collection[EnrollmentState] | None
    ) -> Mapping[str, int]:
        query, args = queries.counts("course_key", course_keys, states=states, courses=None)
        return {row[0]: row[1] for row in await self._fetch(query, *args)}

    async def course_progress(self, registrations: Sequence[UUID]) -> Mapping[UUID, CourseProgress]:
        return {row.registration: row for row in await self._rows(COURSES, course_of, registrations)}

    async def item_progress(self, registrations: Sequence[UUID]) -> Mapping[UUID, Mapping[str, ItemProgress]]:
        found: defaultdict[UUID, dict[str, ItemProgress]] = defaultdict(dict)
        for row in await self._rows(ITEMS, item_of, registrations):
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

    async def resume_points(self, registrations: Sequence[UUID]) -> Mapping[UUID, ResumePoint]:
        return {row.registration: row for row in await self._rows(RESUME_POINTS, resume_point_of, registrations)}

    async def enroll(self, enrollments: Sequence[Enrollment], *, items: Mapping[CourseVersion, Sequence[Item]]) -> int:
        check_enrollments(enrollments)
        index_of = course_indexes(items)
        states = [initial_state(row, index_of(row.pin)) for row in enrollments]
        new = 0
        for batch in batched(states, SQL_ROWS):
            work = partial(enroll, states=batch)
            new += len(await transact(self._pool, "progress", work, limits=self._retry_limits))
        return new

    async def ledger(self, event_ids: Sequence[UUID]) -> Mapping[UUID, Event]:
        rows = await self._fetch(queries.LEDGER_BY_ID, [str(key) for key in event_ids])
        enrollments = await self.by_registrations([UUID(int=row["registration"].int) for row in rows])
        events = (event_of(row, enrollments[row["registration"]]) for row in rows)
        return {event.id: event for event in events}

    async def voided(self, events: Sequence[Event]) -> Collection[UUID]:
        targets = [event for event in events if event.verb is not Verb.VOIDED]
        rows = await self._fetch(queries.VOIDS_OF, [str(event.id) for event in targets])
        gone = {(row["voids"], row["registration"]) for row in rows}
        return {event.id for event in targets if (event.id, event.registration) in gone}

    async def record(
        self,
        events: Sequence[Event],
        *,
        items: Mapping[CourseVersion, Sequence[Item]],
        enrollments: Sequence[Enrollment] = (),
    ) -> Sequence[Verdict]:
        check_enrollments(enrollments)
        return await in_batches(events, lambda cut: self._commits.record(cut, items, enrollments))

    async def load(
        self, events: Sequence[Event], *, items: Mapping[CourseVersion, Sequence[Item]]
    ) -> Sequence[Verdict]:
        return await in_batches(events, lambda cut: self._transact(cut, items, (), consumers=()))

    async def republish(self, registrations: Sequence[UUID]) -> int:
        told, keys = 0, list(dict.fromkeys(registrations))
        for batch in batched(keys, SQL_REPUBLISHED_REGISTRATIONS):
            work = partial(republish, registrations=batch)
            told += await transact(self._pool, "progress", work, limits=self._retry_limits)
            self._filled.set()
        return told

    async def checkpoint(self, points: Sequence[ResumePoint]) -> None:
        # Of a registration the latest, in one order: a statement may touch a row once, and queues for it as others do.
        latest: dict[UUID, ResumePoint] = {}
        for point in sorted(points, key=lambda point: (point.at, point.id), reverse=True):
            if point.position is not None:
                latest.setdefault(point.registration, point)
        rows = [resume_values(latest[key]) for key in sorted(latest)]
        await self._fetch(upsert_resume_points(1), *RESUME_POINTS.arrays(rows))

    async def revoke(self, registration: UUID, *, at: datetime, because: str) -> Certificate | None:
        await self._fetch(queries.REVOKE, str(registration), at, because)
        return (await self.certificates([registration])).get(registration)

    async def _write(
        self,
        events: Sequence[Event],
        items: Mapping[CourseVersion, Sequence[Item]],
        enrollments: Sequence[Enrollment],
    ) -> Sequence[Verdict]:
        try:
            return await self._transact(events, items, enrollments, consumers=tuple(Consumer))
        finally:
            self._filled.set()  # even after an error: it may have committed

    async def _transact(
        self,
        events: Sequence[Event],
        items: Mapping[CourseVersion, Sequence[Item]],
        enrollments: Sequence[Enrollment],
        *,
        consumers: Collection[Consumer],
    ) -> Sequence[Verdict]:
        index_of = course_indexes(items)
        states = [initial_state(row, index_of(row.pin)) for row in enrollments]

        async def work(connection: Connection) -> Sequence[Verdict]:
            new = await enroll(connection, states) if states else set()
            verdicts = await record_batch(connection, events, index_of, self._codes, consumers)
            if idle := new - accepted(events, verdicts):
                await forget(connection, idle)
            return verdicts

        return await transact(self._pool, "progress", work, limits=self._retry_limits)

    async def _fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        return await fetch(self._pool, "progress", query, *args)

    async def _rows(
        self, table: Table, made: Callable[[asyncpg.Record], Row], registrations: Sequence[UUID]
    ) -> list[Row]:
        return [made(row) for row in await self._fetch(queries.by_key(table), [str(key) for key in registrations])]
