"""Progress in CockroachDB or PostgreSQL. Every read is one statement."""

import random
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID

import asyncpg

from stores.ports.catalog import CourseVersion, Item
from stores.ports.events import Event
from stores.ports.fold import enrolled, outlines
from stores.ports.judge import enrollable, keepable
from stores.ports.paging import Page, encode, page_of, to_ms
from stores.ports.progress import (
    Attempt,
    Certificate,
    CourseProgress,
    Enrollment,
    EnrollmentState,
    ItemProgress,
    Progress,
    Verdict,
)
from stores.ports.sessions import ResumePoint
from stores.sql import queries
from stores.sql.enrolling import enroll
from stores.sql.group_commit import GroupCommit
from stores.sql.pool import Pool
from stores.sql.recording import cuts, record_cut
from stores.sql.rows import (
    CERTIFICATES,
    COURSES,
    ENROLLMENTS,
    ITEMS,
    RESUME_POINTS,
    attempt_of,
    certificate_of,
    course_of,
    enrollment_of,
    item_of,
    resume_point_of,
)
from stores.sql.tables import Table
from stores.sql.transact import fetch, transact

Key = TypeVar("Key")
Row = TypeVar("Row")

AT_ONCE = 2000
"""Events (about) or enrolments in a transaction."""


class SqlProgress(Progress):
    def __init__(
        self,
        pool: Pool,
        *,
        codes: Callable[[], str] = secrets.token_urlsafe,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._pool = pool
        self._codes = codes
        self._chance = chance
        self._commits = GroupCommit(self._write, most=AT_ONCE)

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
        enrollable(enrollments)
        outline = outlines(items)
        standings = [enrolled(row, outline(row.pin)) for row in enrollments]
        new = 0
        for start in range(0, len(standings), AT_ONCE):
            work = partial(enroll, standings=standings[start : start + AT_ONCE])
            new += await transact(self._pool, "progress", work, chance=self._chance)
        return new

    async def record(
        self, events: Sequence[Event], *, items: Mapping[CourseVersion, Sequence[Item]]
    ) -> Sequence[Verdict]:
        keepable(events)
        verdicts: dict[int, Verdict] = {}
        for places in cuts(events, AT_ONCE):
            told = await self._commits.record([events[place] for place in places], items)
            verdicts.update(zip(places, told, strict=True))
        return [verdicts[place] for place in range(len(events))]

    async def _write(self, events: Sequence[Event], items: Mapping[CourseVersion, Sequence[Item]]) -> Sequence[Verdict]:
        work = partial(record_cut, events=events, outline=outlines(items), codes=self._codes)
        return await transact(self._pool, "progress", work, chance=self._chance)

    async def _fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        return await fetch(self._pool, "progress", query, *args)

    async def _rows(
        self, table: Table, made: Callable[[asyncpg.Record], Row], registrations: Sequence[UUID]
    ) -> list[Row]:
        return [made(row) for row in await self._fetch(queries.by_key(table), [str(key) for key in registrations])]


def dated_cursor(row: Enrollment) -> str:
    return encode(None if row.enrolled_at is None else to_ms(row.enrolled_at), str(row.registration))


def attempt_cursor(row: Attempt) -> str:
    return encode(to_ms(row.at), str(row.event_id))


def pages(
    rows: Iterable[Row], *, key: Callable[[Row], Key], cursor: Callable[[Row], str], first: int
) -> dict[Key, Page[Row]]:
    """Rows in order as a page a key, which they were read for with one to spare."""
    found: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return {of: page_of(its, map(cursor, its), first) for of, its in found.items()}
