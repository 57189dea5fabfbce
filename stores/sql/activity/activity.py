"""Course activity in CockroachDB or PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

import asyncpg

from stores.batches import SQL_WHOLE_LEDGERS, batched
from stores.domain.activity import ActivityCount, ActivityWindow, no_activity
from stores.domain.calendar import Span
from stores.domain.course_summary import CourseSummary
from stores.domain.uuids import uuid_of_int
from stores.errors import Fault, Unavailable
from stores.ports.activity import Activity
from stores.ports.traceable import Traceable
from stores.sql.activity import queries, summaries
from stores.sql.activity.recount import recount
from stores.sql.core.pool import Pool
from stores.sql.core.traced_pool import traced_pool
from stores.sql.core.transact import fetch, transact
from stores.sql.core.uuids import texts_of
from stores.sql.core.where_clause import storable


class SqlActivity(Activity, Traceable):
    """The port over the tables of progress. `pool` should read at READ COMMITTED (`open_relaxed_pool`), so that reads
    of large courses cannot make writers of progress fail."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def in_trace(self, traceparent: str) -> "SqlActivity":
        return SqlActivity(traced_pool(self._pool, traceparent))

    async def ping(self) -> None:
        await fetch(self._pool, "activity", "SELECT 1")

    async def by_courses(
        self, course_keys: Sequence[str], *, windows: Sequence[Span], learners: bool
    ) -> Mapping[str, Sequence[ActivityWindow]]:
        if not windows:
            return {}
        rows = await self._fetch(
            queries.by_courses(learners=learners),
            storable(course_keys),
            [window.start.isoformat() for window in windows],
            windows[0].start,
            windows[-1].end,
        )
        empty = no_activity(windows, learners=learners)
        found: defaultdict[str, list[ActivityWindow]] = defaultdict(lambda: list(empty))
        for row in rows:
            number = row["place"] - 1
            found[row["course_key"]][number] = replace(
                empty[number],
                events=int(row["events"]),
                learners=int(row["learners"]) if learners else None,
                active_ms=int(row["active_ms"]),
            )
        return found

    async def by_registrations(
        self, registrations: Sequence[UUID], *, span: Span
    ) -> Mapping[UUID, Sequence[ActivityCount]]:
        found: defaultdict[UUID, list[ActivityCount]] = defaultdict(list)
        for row in await self._fetch(queries.BY_REGISTRATIONS, texts_of(registrations), *span):
            found[uuid_of_int(row["registration"].int)].append(
                ActivityCount(start=row["quarter_start"], events=row["events"], active_ms=row["active_ms"])
            )
        return found

    async def quarters_of_learners(
        self, learner_ids: Sequence[str], *, courses: Collection[str] | None
    ) -> Mapping[str, Sequence[int]]:
        narrowed = () if courses is None else (storable(courses),)
        query = queries.quarters_of_learners(narrowed=courses is not None)
        rows = await self._fetch(query, storable(learner_ids), *narrowed)
        return {row["learner_id"]: sorted(row["quarters"]) for row in rows}

    async def summaries(self, course_keys: Sequence[str], *, items: bool, now: datetime) -> Mapping[str, CourseSummary]:
        return await summaries.summaries(self._pool, storable(course_keys), items=items, now=now)

    async def completions(self, course_keys: Sequence[str], *, windows: Sequence[Span]) -> Mapping[str, Sequence[int]]:
        return await summaries.completions(self._pool, storable(course_keys), windows=windows)

    async def recount(self, registrations: Sequence[UUID]) -> int:
        changed = 0
        for batch in batched(list(dict.fromkeys(registrations)), SQL_WHOLE_LEDGERS):
            changed += await transact(self._pool, "activity", partial(recount, registrations=batch))
        return changed

    async def _fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        """The rows of a statement of `queries`. `Unavailable` if it found a recount under way."""
        rows = await fetch(self._pool, "activity", query, *args)
        if any(row[0] is None for row in rows):
            recounting = "the activity is being recounted from the ledger"
            raise Unavailable("activity", recounting, fault=Fault.REBUILDING)
        return rows
