"""Progress in CockroachDB or PostgreSQL: the writes. `reads.py` has the reads."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from stores.batches import SQL_ROWS, SQL_SHARED_EVENTS, SQL_WHOLE_LEDGERS, batched
from stores.domain.admission import accepted_registrations, check_enrollments
from stores.domain.catalog import CourseVersion, Item
from stores.domain.events import Event
from stores.domain.outbox import Consumer
from stores.domain.progress import Certificate, Enrollment, Verdict
from stores.domain.progress_projection import course_indexes, initial_state
from stores.domain.rebuilds import Rebuild, RebuildPosition
from stores.domain.sessions import ResumePoint
from stores.ports.progress import Progress
from stores.ports.traceable import Traceable
from stores.sql.core.pool import Connection, Pool
from stores.sql.core.traced_pool import traced_pool
from stores.sql.core.transact import RETRY_LIMITS, RetryLimits, transact
from stores.sql.core.where_clause import storable
from stores.sql.outbox.recent_commits import RecentCommits
from stores.sql.progress import queries, rebuilds
from stores.sql.progress.batching import in_batches
from stores.sql.progress.enrolling import enroll, forget
from stores.sql.progress.enrollment_counts import recount
from stores.sql.progress.group_commit import GroupCommit, Traces
from stores.sql.progress.reads import SqlProgressReads
from stores.sql.progress.recording import record_batch
from stores.sql.progress.refold import refold_registrations
from stores.sql.progress.rows import resume_values
from stores.sql.progress.saving import upsert_resume_points
from stores.sql.progress.tables import NEW_RESUME_POINTS

T = TypeVar("T")


class SqlProgress(SqlProgressReads, Progress, Traceable):
    """The port over one pool of connections. Writers of one process share transactions (`GroupCommit`). The port
    documents the methods."""

    def __init__(
        self,
        pool: Pool,
        *,
        codes: Callable[[], str] = secrets.token_urlsafe,
        retry_limits: RetryLimits = RETRY_LIMITS,
        filled: asyncio.Event | None = None,
        recent: RecentCommits | None = None,
        commits: GroupCommit | None = None,
        traceparent: str | None = None,
    ) -> None:
        """`codes` makes the verification codes of certificates. `filled` is set after a transaction that may have added
        to the outbox; the SqlOutbox of this process finds its commits among the `recent` ones. `commits`: with whose
        writers it shares transactions."""
        super().__init__(pool)
        self._recent = recent or RecentCommits()
        self._filled = filled or asyncio.Event()
        self._codes = codes
        self._retry_limits = retry_limits
        self._traceparent = traceparent
        self._commits = commits or GroupCommit(partial(self._write, consumers=tuple(Consumer)), most=SQL_SHARED_EVENTS)

    def in_trace(self, traceparent: str) -> "SqlProgress":
        """Its reads do not share statements with those of others; its writes share transactions."""
        return SqlProgress(
            traced_pool(self._pool, traceparent),
            codes=self._codes,
            retry_limits=self._retry_limits,
            filled=self._filled,
            recent=self._recent,
            commits=self._commits,
            traceparent=traceparent,
        )

    async def enroll(self, enrollments: Sequence[Enrollment], *, items: Mapping[CourseVersion, Sequence[Item]]) -> int:
        check_enrollments(enrollments)
        index_of = course_indexes(items)
        states = [initial_state(row, index_of(row.pin)) for row in enrollments]
        new = 0
        for batch in batched(states, SQL_ROWS):
            new += len(await self._transact(partial(enroll, states=batch)))
        return new

    async def record(
        self,
        events: Sequence[Event],
        *,
        items: Mapping[CourseVersion, Sequence[Item]],
        enrollments: Sequence[Enrollment] = (),
        on_start: Callable[[], None] | None = None,
    ) -> Sequence[Verdict]:
        check_enrollments(enrollments)

        async def write(batch: Sequence[Event], continued: bool) -> Sequence[Verdict]:
            return await self._commits.record(
                batch, items, enrollments, on_start=on_start, continued=continued, traceparent=self._traceparent
            )

        return await in_batches(events, write)

    async def load(
        self, events: Sequence[Event], *, items: Mapping[CourseVersion, Sequence[Item]]
    ) -> Sequence[Verdict]:
        return await in_batches(events, lambda batch, _: self._write(batch, items, (), {}, consumers=()))

    async def refold(self, registrations: Sequence[UUID], *, items: Mapping[CourseVersion, Sequence[Item]]) -> int:
        work = partial(refold_registrations, index_of=course_indexes(items), codes=self._codes)
        return await self._over_ledgers(registrations, work)

    async def recount(self, course_keys: Sequence[str]) -> int:
        changed = [await self._transact(partial(recount, course_key=key)) for key in storable(course_keys)]
        return sum(changed)

    async def start_rebuild(self, rebuild: Rebuild) -> None:
        await self._fetch(rebuilds.START, rebuilds.NAMES[rebuild])

    async def advance_rebuild(self, rebuild: Rebuild, position: RebuildPosition | None) -> None:
        if position is None:
            await self._fetch(rebuilds.END, rebuilds.NAMES[rebuild])
        else:
            await self._fetch(rebuilds.ADVANCE, rebuilds.NAMES[rebuild], *rebuilds.position_values(position))

    async def checkpoint(self, points: Sequence[ResumePoint]) -> None:
        # A statement may update a row once; all writers lock rows in the order of registration.
        latest: dict[UUID, ResumePoint] = {}
        for point in sorted(points, key=lambda point: (point.at, point.id), reverse=True):
            if point.position is not None:
                latest.setdefault(point.registration, point)
        rows = [resume_values(latest[key]) for key in sorted(latest)]
        await self._fetch(upsert_resume_points(1), *NEW_RESUME_POINTS.arrays(rows))

    async def revoke(self, registration: UUID, *, at: datetime, because: str) -> Certificate | None:
        await self._fetch(queries.REVOKE, str(registration), at, because)
        return (await self.certificates([registration])).get(registration)

    async def _write(
        self,
        events: Sequence[Event],
        items: Mapping[CourseVersion, Sequence[Item]],
        enrollments: Sequence[Enrollment],
        traces: Traces,
        *,
        consumers: Collection[Consumer],
    ) -> Sequence[Verdict]:
        index_of = course_indexes(items)
        states = [initial_state(row, index_of(row.pin)) for row in enrollments]

        async def work(connection: Connection) -> Sequence[Verdict]:
            new = await enroll(connection, states) if states else set()
            verdicts = await record_batch(connection, events, index_of, self._codes, consumers, self._recent, traces)
            if unused := new - accepted_registrations(events, verdicts):
                await forget(connection, unused)
            return verdicts

        return await self._transact(work, of_one_operation(events, traces))

    async def _over_ledgers(self, registrations: Sequence[UUID], work: Callable[..., Awaitable[int]]) -> int:
        """The sum of `work` over the registrations, in transactions of a few whole ledgers."""
        total = 0
        for batch in batched(list(dict.fromkeys(registrations)), SQL_WHOLE_LEDGERS):
            total += await self._transact(partial(work, registrations=batch))
        return total

    async def _transact(self, work: Callable[[Connection], Awaitable[T]], traceparent: str | None = None) -> T:
        pool = self._pool if traceparent is None else traced_pool(self._pool, traceparent)
        try:
            return await transact(pool, "progress", work, limits=self._retry_limits)
        finally:
            self._filled.set()  # even after an error: the transaction may have committed


def of_one_operation(events: Sequence[Event], traces: Traces) -> str | None:
    """The traceparent of the operation that writes all these events. None if there are several: the comment would name
    one of them, and under load hardly any transaction would use prepared statements."""
    if not traces:
        return None
    operations = {traces.get(event.id) for event in events}
    return operations.pop() if len(operations) == 1 else None
