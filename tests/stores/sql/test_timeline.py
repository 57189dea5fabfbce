"""Properties of the timeline in PostgreSQL beyond the contract: weekly partitions and migrations."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from stores.domain.calendar import QUARTER, Span
from stores.domain.events import Verb
from stores.errors import Rejected
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import Pool, open_pool
from stores.sql.timeline.timeline import SqlTimeline
from tests.backends import Servers, fresh_sql
from tests.stores.samples import NOON, event
from tests.stores.test_timeline import numbers_of, quarters

WEEK = timedelta(days=7)
LAST_WEEK = datetime(9999, 12, 31, tzinfo=UTC)


@pytest.fixture
async def pool(servers: Servers) -> AsyncIterator[Pool]:
    async with fresh_sql(servers) as url, open_pool(url, size=4) as pool:
        await migrate(pool, "timeline")
        yield pool


async def weeks_of(pool: Pool) -> list[str]:
    rows = await pool.fetch("SELECT inhrelid::regclass::text AS name FROM pg_inherits ORDER BY 1")
    return sorted(row["name"] for row in rows if row["name"].count("_") == 2)


async def test_a_dropped_week_is_created_again(pool: Pool) -> None:
    timeline = SqlTimeline(pool)
    await timeline.append([event(1), event(2, at=NOON + WEEK)])
    weeks = ["timeline_events_20260323", "timeline_events_20260330"]
    assert [name for name in await weeks_of(pool) if name in weeks] == weeks
    await pool.execute(f"DROP TABLE {weeks[0]}, {weeks[1]}")
    assert await numbers_of(timeline) == []
    await asyncio.gather(*(timeline.append([event(n), event(n + 1, at=NOON + WEEK)]) for n in (3, 5, 7)))
    assert sorted(await numbers_of(timeline)) == [3, 4, 5, 6, 7, 8]
    busy = await timeline.course_quarters(["c1"], span=Span(NOON, NOON + QUARTER))
    assert [quarter.events for quarter in busy["c1"]] == [3]


async def test_a_time_whose_week_does_not_end_is_rejected_and_nothing_stored(pool: Pool) -> None:
    timeline = SqlTimeline(pool)
    with pytest.raises(Rejected):
        await timeline.append([event(1), event(2, at=LAST_WEEK)])
    assert await numbers_of(timeline) == []


async def test_a_sum_of_durations_beyond_64_bits_is_rejected(pool: Pool) -> None:
    """Each duration can be stored; their sum cannot."""
    timeline = SqlTimeline(pool)
    await timeline.append([event(1, duration_ms=2**63 - 1)])
    with pytest.raises(Rejected):
        await timeline.append([event(2, duration_ms=1)])
    assert await numbers_of(timeline) == [1]
    await timeline.append([event(3, duration_ms=1, course_key="c2")])
    with pytest.raises(Rejected):
        await timeline.learner_quarters(["u1"], span=Span(NOON, NOON + QUARTER), courses=None)


async def test_a_migration_counts_again_what_earlier_versions_counted(pool: Pool) -> None:
    """Earlier versions counted enrolments, withdrawals and voids as activity."""
    clerical = [event(n, verb=verb) for n, verb in enumerate((Verb.REGISTERED, Verb.UNREGISTERED, Verb.VOIDED), 1)]
    await SqlTimeline(pool).append([*clerical, event(4, duration_ms=5), event(5, at=NOON + QUARTER)])
    await SqlTimeline(pool).append([event(6, verb=Verb.REGISTERED, at=NOON + 2 * QUARTER)])
    expected = [(NOON, 1, 5), (NOON + QUARTER, 1, 0)]
    assert await quarters(SqlTimeline(pool)) == expected
    await pool.execute(
        "INSERT INTO timeline_quarters VALUES ('c1', $1, 4, 9), ('c1', $2, 1, 0) ON CONFLICT (course_key, start)"
        " DO UPDATE SET events = excluded.events, active_ms = excluded.active_ms",
        NOON,
        NOON + 2 * QUARTER,
    )
    await pool.execute("DELETE FROM migrations WHERE set_name = 'timeline' AND number = 2")
    assert await migrate(pool, "timeline") == ["0002_activity_without_enrolment_events.sql"]
    assert await quarters(SqlTimeline(pool)) == expected
