"""Properties of the timeline in PostgreSQL beyond the contract: plans, concurrent and late writes, the old layout."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import Any, cast

import pytest

from gateway.embedded.wait_until import wait_until
from stores.domain.calendar import QUARTER
from stores.domain.events import Event, Verb
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import Pool, open_relaxed_pool
from stores.sql.timeline.old_layout import drop_old_layout
from stores.sql.timeline.rows import EVENTS, distinct_rows
from stores.sql.timeline.timeline import APPEND, VOID, SqlTimeline
from tests.backends import Servers, fresh_sql
from tests.stores.samples import NOON, event
from tests.stores.test_timeline import EVER, counts, numbers_of

MS = timedelta(milliseconds=1)
LEARNERS = [f"u{number}" for number in range(20)]


@pytest.fixture
async def pool(servers: Servers) -> AsyncIterator[Pool]:
    async with fresh_sql(servers) as url, open_relaxed_pool(url) as pool:
        await migrate(pool, "timeline")
        yield pool


class ExplainingPool:
    """A pool with one connection, which explains each query before it runs it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.plan = ""

    async def acquire(self) -> "ExplainingPool":
        return self

    async def release(self, _: object, **__: object) -> None:
        return None

    async def fetch(self, query: str, *args: object) -> list[Any]:
        rows = await self._pool.fetch(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {query}", *args)
        self.plan = "\n".join(row[0] for row in rows)
        return await self._pool.fetch(query, *args)


async def write(pool: Pool, statement: str, events: Sequence[Event]) -> None:
    """Write events as the timeline does, but without any retry."""
    await pool.execute(statement, *EVENTS.arrays(distinct_rows(events)))


@asynccontextmanager
async def held_back(pool: Pool, blocker: Event) -> AsyncIterator[int]:
    """Block every write of this event in the server until the context ends. Yields the process id of the blocker."""
    async with pool.acquire() as connection:
        await connection.execute("BEGIN")
        await connection.execute(APPEND, *EVENTS.arrays(distinct_rows([blocker])))
        try:
            yield connection.get_server_pid()
        finally:
            await connection.execute("ROLLBACK")


@pytest.mark.parametrize("learners", [LEARNERS[:1], LEARNERS])
async def test_a_page_reads_the_rows_of_its_learners_from_the_key(pool: Pool, learners: list[str]) -> None:
    """About as many rows as the page has, however many a learner has."""
    await SqlTimeline(pool).append(
        [event(n, learner_id=LEARNERS[n % 20], at=NOON + n // 20 * MS, item_key="i") for n in range(4_000)]
    )
    await pool.execute("ANALYZE interactions")
    explaining = ExplainingPool(pool)
    timeline = SqlTimeline(cast(Pool, explaining))
    everything: dict[str, Any] = {"span": None, "verbs": None, "courses": None}
    for where in ({}, {"verbs": [Verb.PLAYED]}, {"courses": ["c1"]}, {"span": EVER}):
        after = None
        for _ in range(3):
            pages = await timeline.by_learners(learners, **(everything | where), after=after, first=4)
            assert pages.keys() == set(learners)
            scan = explaining.plan.partition("Index Scan Backward using interactions_pkey")[2]
            read, loops = scan.partition("actual rows=")[2].partition(")")[0].split(" loops=")
            assert float(read) <= 7, explaining.plan
            assert int(loops) == len(learners)
            after = pages["u0"].cursors[-1]


async def test_counts_read_the_span_of_the_learners_from_the_key(pool: Pool) -> None:
    await SqlTimeline(pool).append(
        [event(n, learner_id=LEARNERS[n % 20], at=NOON + n // 20 * QUARTER / 10) for n in range(4_000)]
    )
    await pool.execute("ANALYZE interactions")
    explaining = ExplainingPool(pool)
    span = EVER._replace(start=NOON + 2 * QUARTER, end=NOON + 3 * QUARTER)
    timeline = SqlTimeline(cast(Pool, explaining))
    found = await timeline.learner_counts(LEARNERS[:3], span=span, grain=QUARTER, courses=None)
    assert [count.events for rows in found.values() for count in rows] == [10, 10, 10]
    condition = explaining.plan.partition("Index Cond: ")[2].partition("\n")[0]
    assert "learner_id = ANY" in condition
    assert "at >= " in condition
    assert "at < " in condition


async def test_writers_of_the_same_rows_do_not_conflict(pool: Pool) -> None:
    """Two relays may deliver the same events at once. Rows are written in one order, at READ COMMITTED, so that the
    server reports neither deadlocks nor serialization failures."""
    draw = Random(3)
    for turn in range(6):
        events = [event(number, at=NOON + number * MS, learner_id=f"u{turn}") for number in range(400)]
        shuffled = [draw.sample(events, len(events)) for _ in range(6)]
        await asyncio.gather(*(write(pool, (APPEND, VOID)[n % 2], rows) for n, rows in enumerate(shuffled)))
        assert await numbers_of(SqlTimeline(pool), f"u{turn}") == []


@pytest.mark.parametrize("late", [APPEND, VOID])
async def test_a_write_that_the_server_applies_late_commutes_with_newer_ones(pool: Pool, late: str) -> None:
    """The other writes of an event are applied while a request of the same event waits in the server."""
    blocker, gone, kept = event(1), event(2, at=NOON + MS), event(3, at=NOON + 2 * MS)
    newer = VOID if late is APPEND else APPEND
    async with held_back(pool, blocker) as holder:
        request = asyncio.create_task(write(pool, late, [blocker, gone]))

        async def waits() -> bool:
            query = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid)))"
            return bool(await pool.fetchval(query, holder))

        assert await wait_until(waits, seconds=10)
        await write(pool, APPEND, [kept])
        await write(pool, newer, [gone])
        assert await numbers_of(SqlTimeline(pool)) == ([3] if newer is VOID else [3, 2])
    await request
    assert await numbers_of(SqlTimeline(pool)) == ([3] if late is VOID else [3, 1])


async def test_the_tables_of_the_old_layout_are_not_read_and_can_be_dropped(pool: Pool) -> None:
    timeline = SqlTimeline(pool)
    week = "timeline_events_x PARTITION OF timeline_events FOR VALUES FROM ('2000-01-01') TO ('2100-01-01')"
    await pool.execute(f"CREATE TABLE {week}")
    await pool.execute(
        "INSERT INTO timeline_events (event_id, at, learner_id, course_key, registration, verb, verb_iri, extensions)"
        " VALUES (gen_random_uuid(), $1, 'u1', 'c1', gen_random_uuid(), 'PLAYED', 'x', '{}')",
        NOON,
    )
    await timeline.append([event(1)])
    assert await numbers_of(timeline) == [1]
    assert await counts(timeline) == [(NOON, 1, 0)]
    assert await drop_old_layout(pool) == ["timeline_events", "timeline_quarters"]
    assert await drop_old_layout(pool) == []
    assert await numbers_of(timeline) == [1]
