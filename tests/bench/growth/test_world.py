"""A world that COPY makes has the rows that the loader writes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from gateway.datasets.demo.dataset import demo_dataset
from gateway.datasets.load_counts import ignore_progress
from gateway.datasets.loader import load
from stores.domain.events import Event
from stores.domain.paging import Page
from stores.ports.stores import Stores
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import Pool, open_pool
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, fresh_sql
from tests.bench.growth.world import make_world
from tests.clock import Clock
from tests.gateway.memory_stores import memory_stores

TABLES = {
    "enrollments": "registration",
    "course_progress": "registration",
    "enrollment_order": "registration, field",
    "item_progress": "registration, item_key",
    "item_sessions": "registration, item_key, session_id",
    "event_ledger": "event_id",
    "resume_points": "registration",
    "certificates": "registration",
    "course_activity": "registration, quarter_start",
}
ITEM_COUNTS = """
SELECT course_key, item_key, sum(started), sum(satisfied), sum(failed), sum(scored), sum(score_nano)
FROM course_item_counts GROUP BY course_key, item_key ORDER BY course_key, item_key
"""
ENROLLMENT_COUNTS = """
SELECT course_key, state, sum(enrollments) FROM enrollment_counts GROUP BY course_key, state ORDER BY course_key, state
"""
DIFFERS = {"version", "commits", "stored_at", "verify_code"}
"""Columns that depend on the number of commits, on the clock or on chance."""


@dataclass(frozen=True, slots=True)
class Loaded:
    stores: Stores
    pool: Pool
    url: str

    async def rows(self, table: str) -> list[dict[str, Any]]:
        found = await self.pool.fetch(f"SELECT * FROM {table} ORDER BY {TABLES[table]}")
        return [{name: value for name, value in row.items() if name not in DIFFERS} for row in found]


@asynccontextmanager
async def empty(servers: Servers, clock: Clock) -> AsyncIterator[Loaded]:
    async with fresh_sql(servers) as url, open_pool(url, size=4) as pool:
        await migrate(pool, "progress")
        yield Loaded(replace(memory_stores(clock), progress=SqlProgress(pool)), pool, url)


async def test_a_world_has_the_rows_that_the_loader_writes(servers: Servers) -> None:
    clock = Clock()
    dataset = demo_dataset(seed=1, learners=8, now=clock())
    async with empty(servers, clock) as loaded, empty(servers, clock) as copied:
        await load(dataset, loaded.stores, now=clock)
        await make_world(dataset, copied.stores, copied.url, on_progress=ignore_progress)
        for table in TABLES:
            rows = await loaded.rows(table)
            assert rows, table
            assert await copied.rows(table) == rows, table
        for query in (ITEM_COUNTS, ENROLLMENT_COUNTS):
            assert await copied.pool.fetch(query) == await loaded.pool.fetch(query) != []
        learners = [profile.learner_id for profile in dataset.profiles]
        assert await timeline(copied.stores, learners) == await timeline(loaded.stores, learners) != {}


async def timeline(stores: Stores, learners: Sequence[str]) -> Mapping[str, Page[Event]]:
    return await stores.timeline.by_learners(learners, span=None, verbs=None, courses=None, after=None, first=100)
