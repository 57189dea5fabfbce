"""The timeline in PostgreSQL, for installations without InfluxDB: weekly partitions, and roll-ups by quarter of an
hour."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import asyncpg

from stores.batches import SQL_ROWS, batched
from stores.domain.calendar import Span
from stores.domain.event_validity import check_events
from stores.domain.events import NO_ACTIVITY, Event, Verb
from stores.domain.paging import TIMELINE, Page, from_ms, page_of, to_ms
from stores.domain.timeline import Quarter
from stores.ports.timeline import Timeline
from stores.sql.core.pool import Connection, Pool
from stores.sql.core.transact import fetch, transact
from stores.sql.core.where_clause import WhereClause, storable
from stores.sql.timeline.partitions import Partitions, WeekDropped
from stores.sql.timeline.rows import EVENTS, event_of, event_values, quarter_of

GRAIN = "date_bin('15 minutes', at, 'epoch')"
IS_ACTIVITY = f"verb <> ALL ('{{{','.join(sorted(verb.value for verb in NO_ACTIVITY))}}}')"
WITHIN = "at >= {0}::timestamptz AND at < {1}::timestamptz"

ADD = f"""INSERT INTO {EVENTS.name} ({EVENTS.names}) {EVENTS.given()}
ON CONFLICT DO NOTHING RETURNING course_key, {GRAIN} AS start"""

DELETE = f"""DELETE FROM {EVENTS.name}
WHERE (event_id, at) IN (SELECT id::uuid, at::timestamptz FROM unnest($1::text[], $2::text[]) AS gone(id, at))
RETURNING course_key, {GRAIN} AS start"""

# Quarters are recomputed from the events, never incremented, so that a repetition changes nothing.
RECOMPUTE = f"""
WITH touched AS (
    SELECT course_key, start::timestamptz AS start FROM unnest($1::text[], $2::text[]) AS given(course_key, start)
), counted AS (
    SELECT touched.course_key, touched.start, count(event.event_id) AS events,
        coalesce(sum(event.duration_ms), 0)::int8 AS active_ms
    FROM touched LEFT JOIN {EVENTS.name} AS event ON event.course_key = touched.course_key
        AND event.at >= touched.start AND event.at < touched.start + interval '15 minutes' AND event.{IS_ACTIVITY}
    GROUP BY touched.course_key, touched.start
), emptied AS (
    DELETE FROM timeline_quarters AS quarter USING counted
    WHERE quarter.course_key = counted.course_key AND quarter.start = counted.start AND counted.events = 0
)
INSERT INTO timeline_quarters (course_key, start, events, active_ms)
SELECT course_key, start, events, active_ms FROM counted WHERE events > 0
ON CONFLICT (course_key, start) DO UPDATE SET events = excluded.events, active_ms = excluded.active_ms
"""

COURSE_QUARTERS = """SELECT course_key, start, events, active_ms FROM timeline_quarters
WHERE course_key = ANY($1::text[]) AND start >= $2 AND start < $3 ORDER BY course_key, start"""

COURSE_LEARNERS = f"""
SELECT event.course_key, given.start::timestamptz AS start, count(DISTINCT event.learner_id) AS learners
FROM unnest($2::text[], $3::text[]) AS given(start, finish) JOIN {EVENTS.name} AS event
    ON event.at >= given.start::timestamptz AND event.at < given.finish::timestamptz
        AND event.{IS_ACTIVITY}
WHERE event.course_key = ANY($1::text[]) GROUP BY event.course_key, given.start
"""


class SqlTimeline(Timeline):
    """The port of the timeline over the tables of the migration set `timeline`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._partitions = Partitions(pool)

    async def ping(self) -> None:
        await self._fetch("SELECT 1")

    async def append(self, events: Sequence[Event]) -> None:
        check_events(events, store="timeline")
        await self._partitions.provide(event.at for event in events)
        # Events close in time share quarters, which are then recomputed once.
        ordered = sorted({event.id: event for event in reversed(events)}.values(), key=lambda event: event.at)
        for batch in batched(ordered, SQL_ROWS):
            await self._add(batch)

    async def remove(self, events: Sequence[Event]) -> None:
        for gone in batched(events, SQL_ROWS):
            await self._change(DELETE, [[str(event.id) for event in gone], [event.at.isoformat() for event in gone]])

    def forget(self) -> None:
        """Nothing to forget: no row is cached, and a missing partition is noticed when a row is inserted."""

    async def by_learners(
        self,
        learner_ids: Sequence[str],
        *,
        span: Span | None,
        verbs: Collection[Verb] | None,
        courses: Collection[str] | None,
        after: str | None,
        first: int,
    ) -> Mapping[str, Page[Event]]:
        where = WhereClause(storable(learner_ids), first + 1)
        if span is not None:
            where.add(WITHIN, *span)
        where.is_in("verb", verbs)
        where.is_in("course_key", courses)
        if after is not None:
            ms, event_id = TIMELINE.decode(after)
            where.add("(at, event_id) < ({0}::timestamptz, {1}::uuid)", from_ms(int(ms)), event_id)
        query = f"""SELECT {", ".join(f"event.{name}" for name in EVENTS.columns)}
        FROM unnest($1::text[]) AS asked(learner_id) CROSS JOIN LATERAL (
            SELECT {EVENTS.names} FROM {EVENTS.name}
            WHERE learner_id = asked.learner_id{where.text} ORDER BY at DESC, event_id DESC LIMIT $2
        ) AS event"""
        found: defaultdict[str, list[Event]] = defaultdict(list)
        for row in await self._fetch(query, *where.args):
            found[row["learner_id"]].append(event_of(row))
        return {key: page_of(rows, map(cursor_of, rows), first) for key, rows in found.items()}

    async def learner_quarters(
        self, learner_ids: Sequence[str], *, span: Span, courses: Collection[str] | None
    ) -> Mapping[str, Sequence[Quarter]]:
        where = WhereClause(storable(learner_ids))
        where.add(WITHIN, *span)
        where.is_in("course_key", courses)
        query = f"""SELECT learner_id, {GRAIN} AS start, count(*) AS events,
            coalesce(sum(duration_ms), 0)::int8 AS active_ms
        FROM {EVENTS.name} WHERE learner_id = ANY($1::text[]) AND {IS_ACTIVITY}{where.text} GROUP BY 1, 2 ORDER BY 1,
        2"""
        return quarters_by("learner_id", await self._fetch(query, *where.args))

    async def course_quarters(self, course_keys: Sequence[str], *, span: Span) -> Mapping[str, Sequence[Quarter]]:
        return quarters_by("course_key", await self._fetch(COURSE_QUARTERS, storable(course_keys), *span))

    async def course_learners(
        self, course_keys: Sequence[str], *, windows: Sequence[Span]
    ) -> Mapping[str, Mapping[datetime, int]]:
        starts = [window.start.isoformat() for window in windows]
        ends = [window.end.isoformat() for window in windows]
        counts: defaultdict[str, dict[datetime, int]] = defaultdict(dict)
        for row in await self._fetch(COURSE_LEARNERS, storable(course_keys), starts, ends):
            counts[row["course_key"]][row["start"]] = row["learners"]
        return counts

    async def _fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        return await fetch(self._pool, "timeline", query, *args)

    async def _add(self, events: Sequence[Event]) -> None:
        arrays = EVENTS.arrays([event_values(event) for event in events])
        try:
            await self._change(ADD, arrays)
        except WeekDropped:
            self._partitions.forget()
            await self._partitions.provide(event.at for event in events)
            await self._change(ADD, arrays)

    async def _change(self, statement: str, arrays: Sequence[Sequence[str | None]]) -> None:
        """Insert or delete rows and recompute the quarters of those that changed, in one transaction."""

        async def work(connection: Connection) -> None:
            try:
                rows = await connection.fetch(statement, *arrays)
            except asyncpg.CheckViolationError:  # the row has no partition; the table has no other checks
                raise WeekDropped from None
            changed = {(row["course_key"], row["start"]) for row in rows}
            if changed:
                touched = sorted(changed)
                await connection.execute(
                    RECOMPUTE, [course for course, _ in touched], [start.isoformat() for _, start in touched]
                )

        await transact(self._pool, "timeline", work)


def cursor_of(event: Event) -> str:
    """The cursor of an event in the timeline."""
    return TIMELINE.encode(to_ms(event.at), str(event.id))


def quarters_by(key: str, rows: Iterable[asyncpg.Record]) -> Mapping[str, Sequence[Quarter]]:
    """The quarters of rows, grouped by the column `key`."""
    found: defaultdict[str, list[Quarter]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(quarter_of(row))
    return found
