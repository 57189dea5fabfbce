"""Two processes publish to one timeline alternately. In memory there is only one process."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from stores.influx.timeline import InfluxTimeline
from stores.ports.timeline import Timeline
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import open_pool
from stores.sql.timeline.timeline import SqlTimeline
from tests.backends import Servers, fresh_sql, missing
from tests.influxdb import fresh_influx
from tests.stores.samples import NOON, event
from tests.stores.test_timeline import numbers_of, quarters

Pair = tuple[Timeline, Timeline]


@asynccontextmanager
async def influx_pair(servers: Servers) -> AsyncIterator[Pair]:
    async with fresh_influx(servers.influx_url or missing("InfluxDB: there is no influxd")) as influx:
        yield InfluxTimeline(influx), InfluxTimeline(influx)


@asynccontextmanager
async def sql_pair(servers: Servers) -> AsyncIterator[Pair]:
    async with fresh_sql(servers) as url, open_pool(url, size=2) as pool:
        await migrate(pool, "timeline")
        yield SqlTimeline(pool), SqlTimeline(pool)


PAIRS: dict[str, Callable[[Servers], AbstractAsyncContextManager[Pair]]] = {"influx": influx_pair, "sql": sql_pair}


@pytest.fixture(params=PAIRS)
async def pair(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[Pair]:
    async with PAIRS[request.param](servers) as timelines:
        yield timelines


async def test_a_publisher_that_forgets_counts_what_another_published(pair: Pair) -> None:
    mine, other = pair
    await mine.append([event(1, duration_ms=1)])
    await other.append([event(2, duration_ms=10), event(3, duration_ms=100)])
    mine.forget()
    await mine.append([event(4, duration_ms=1_000)])
    assert sorted(await numbers_of(other)) == [1, 2, 3, 4]
    assert await quarters(other) == [(NOON, 4, 1_111)]
    other.forget()
    await other.remove([event(1), event(4)])
    mine.forget()
    await mine.append([event(3, duration_ms=100)])
    assert sorted(await numbers_of(mine)) == [2, 3]
    assert await quarters(mine) == [(NOON, 2, 110)]


async def test_a_publisher_that_forgets_does_not_store_events_twice(pair: Pair) -> None:
    """The first two events have the same slot in InfluxDB: the second must not replace the first."""
    events = [event(2009), event(2302), event(1)]
    mine, other = pair
    await mine.append(events[2:])
    await other.append(events[:1])
    mine.forget()
    await mine.append(events[1:2])
    await mine.append(events)
    other.forget()
    await other.append(events)
    assert sorted(await numbers_of(mine)) == [1, 2009, 2302]
    assert await quarters(mine) == [(NOON, 3, 0)]


async def test_learners_of_two_publishers_share_a_roll_up(pair: Pair) -> None:
    """Each publisher keeps its partitions, so neither calls `forget`."""
    for number in range(6):
        await pair[number % 2].append([event(number, learner_id=f"u{number % 2}", duration_ms=1)])
        assert await quarters(pair[0]) == [(NOON, number + 1, number + 1)]
    for number in range(6):
        await pair[number % 2].remove([event(number, learner_id=f"u{number % 2}")])
    assert await quarters(pair[0]) == []


async def test_two_publishers_share_a_learner(pair: Pair) -> None:
    for number in range(6):
        await pair[number % 2].append([event(number, course_key=f"c{number % 2}", duration_ms=1)])
    assert sorted(await numbers_of(pair[0])) == list(range(6))
    assert [await quarters(pair[0], course_key) for course_key in ("c0", "c1")] == [[(NOON, 3, 3)]] * 2
