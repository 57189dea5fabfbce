"""The timeline in PostgreSQL, for installations without InfluxDB: one table that is appended to.

Every write is one idempotent statement, so it runs at READ COMMITTED: nothing is read that another writer could change.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

import asyncpg

from stores.batches import SQL_ROWS, batched
from stores.domain.activity import ActivityCount
from stores.domain.calendar import Span
from stores.domain.event_columns import partial_event
from stores.domain.event_validity import check_events
from stores.domain.events import NO_ACTIVITY, Event, Verb
from stores.domain.paging import Page, from_ms, page_of
from stores.domain.slots import cursor_of, position_of
from stores.ports.timeline import Timeline
from stores.ports.traceable import Traceable
from stores.sql.core.pool import Pool
from stores.sql.core.traced_pool import traced_pool
from stores.sql.core.transact import fetch
from stores.sql.core.where_clause import WhereClause, storable
from stores.sql.timeline.rows import EVENTS, columns_of, count_of, distinct_rows

KEY = "learner_id, at, slot, registration"
IS_ACTIVITY = f"verb <> ALL ('{{{','.join(sorted(verb.value for verb in NO_ACTIVITY))}}}')"
WITHIN = "at >= {0}::timestamptz AND at < {1}::timestamptz"
ORDER = 'at DESC, slot DESC, course_key COLLATE "C" DESC'

APPEND = f"INSERT INTO {EVENTS.name} ({EVENTS.names}) {EVENTS.given()} ON CONFLICT DO NOTHING"

VOID = f"""
INSERT INTO {EVENTS.name} ({EVENTS.names}, voided) SELECT {EVENTS.names}, true FROM ({EVENTS.given()}) AS tombstone
ON CONFLICT ({KEY}) DO UPDATE SET voided = true WHERE NOT {EVENTS.name}.voided
"""


class SqlTimeline(Timeline, Traceable):
    """The port of the timeline over the table of the migration set `timeline`. `pool` runs at READ COMMITTED."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def in_trace(self, traceparent: str) -> "SqlTimeline":
        return SqlTimeline(traced_pool(self._pool, traceparent))

    async def ping(self) -> None:
        await self._fetch("SELECT 1")

    async def append(self, events: Sequence[Event]) -> None:
        await self._write(APPEND, events)

    async def void(self, events: Sequence[Event]) -> None:
        await self._write(VOID, events)

    async def by_learners(
        self,
        learner_ids: Sequence[str],
        *,
        span: Span | None,
        verbs: Collection[Verb] | None,
        courses: Collection[str] | None,
        after: str | None,
        first: int,
        columns: Collection[str] | None = None,
    ) -> Mapping[str, Page[Event]]:
        where = WhereClause(storable(learner_ids), first + 1)
        if span is not None:
            where.add(WITHIN, *span)
        where.is_in("verb", verbs)
        where.is_in("course_key", courses)
        if after is not None:
            ms, slot, course_key = position_of(after)
            passed = '(at, slot, course_key COLLATE "C") < ({0}::timestamptz, {1}::int8, {2}::text)'
            where.add(f"at <= {{0}}::timestamptz AND {passed}", from_ms(ms), slot, course_key)
        read = columns_of(columns)
        query = f"""SELECT {", ".join(f"event.{name}" for name in read.types)}
        FROM unnest($1::text[]) AS asked(learner_id) CROSS JOIN LATERAL (
            SELECT {", ".join(read.types)} FROM {EVENTS.name}
            WHERE learner_id = asked.learner_id AND NOT voided{where.text} ORDER BY {ORDER} LIMIT $2
        ) AS event"""
        found: defaultdict[str, list[Event]] = defaultdict(list)
        for row in await self._fetch(query, *where.args):
            found[row["learner_id"]].append(partial_event(**read.fields(row)))
        return {key: page_of(rows, cursor_of, first) for key, rows in found.items()}

    async def learner_counts(
        self, learner_ids: Sequence[str], *, span: Span, grain: timedelta, courses: Collection[str] | None
    ) -> Mapping[str, Sequence[ActivityCount]]:
        where = WhereClause(storable(learner_ids), grain)
        where.add(WITHIN, *span)
        where.is_in("course_key", courses)
        query = f"""SELECT learner_id, date_bin($2::interval, at, 'epoch') AS start, count(*) AS events,
            coalesce(sum(duration_ms), 0) AS active_ms
        FROM {EVENTS.name} WHERE learner_id = ANY($1::text[]) AND NOT voided AND {IS_ACTIVITY}{where.text}
        GROUP BY 1, 2 ORDER BY 1, 2"""
        found: defaultdict[str, list[ActivityCount]] = defaultdict(list)
        for row in await self._fetch(query, *where.args):
            found[row["learner_id"]].append(count_of(row))
        return found

    async def _write(self, statement: str, events: Sequence[Event]) -> None:
        check_events(events, store="timeline")
        for batch in batched(distinct_rows(events), SQL_ROWS):
            await self._fetch(statement, *EVENTS.arrays(batch))

    async def _fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        return await fetch(self._pool, "timeline", query, *args)
