"""Properties of the timeline in PostgreSQL beyond the contract: plans, sums and the old layout."""

from collections.abc import AsyncIterator

import pytest

from stores.sql.core.migrate import migrate
from stores.sql.core.pool import Pool, open_relaxed_pool
from stores.sql.timeline.old_layout import drop_old_layout
from stores.sql.timeline.timeline import SqlTimeline
from tests.backends import Servers, fresh_sql
from tests.stores.samples import NOON, event
from tests.stores.test_timeline import counts, numbers_of


@pytest.fixture
async def pool(servers: Servers) -> AsyncIterator[Pool]:
    async with fresh_sql(servers) as url, open_relaxed_pool(url) as pool:
        await migrate(pool, "timeline")
        yield pool


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
