"""The port of rates, on every backend. Redis has a clock of its own: most rates here are too slow for it to matter."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from stores.domain.rates import Grant, Levels, Rate
from stores.memory.rates import MemoryRates
from stores.ports.rates import Rates
from stores.redis.rates import RedisRates
from tests import backends
from tests.backends import Servers
from tests.clock import Clock

HOUR = timedelta(hours=1)
SLOW = Rate(per_minute=1, burst=60)
FAST = Rate(per_minute=60_000_000, burst=1_000)  # a unit flows off in a microsecond


@pytest.fixture(params=backends.RATES)
async def rates(request: pytest.FixtureRequest, servers: Servers, clock: Clock) -> AsyncIterator[Any]:
    async with backends.RATES[request.param](servers, clock) as port:
        yield port


async def take(rates: Rates, units: int, *, owed: float = 0, account: str = "ada", rate: Rate = SLOW) -> int:
    return (await rates.take(account, units, owed=owed, rate=rate)).units


async def test_an_account_gets_its_burst_and_no_more(rates: Rates) -> None:
    assert [await take(rates, 25) for _ in range(4)] == [25, 25, 10, 0]
    assert await take(rates, 60, account="ben") == 60
    await rates.ping()


async def test_the_refusal_says_when_a_unit_will_be_there(rates: Rates) -> None:
    await take(rates, 60)
    refused = await rates.take("ada", 5, owed=0, rate=SLOW)
    assert refused.units == 0
    assert timedelta(seconds=30) < refused.wait <= timedelta(seconds=60)
    assert await rates.take("ben", 5, owed=0, rate=SLOW) == Grant(5)


async def test_units_that_were_not_used_come_back(rates: Rates) -> None:
    assert await take(rates, 60) == 60
    assert await take(rates, 0, owed=-20) == 0
    assert await take(rates, 60) == 20
    assert await take(rates, 30, owed=-40.5) == 30
    assert await take(rates, 30) == 10
    assert await take(rates, 100, owed=-1_000) == 60  # never more than the burst


async def test_what_is_owed_is_paid_first(rates: Rates) -> None:
    await take(rates, 20)
    assert await take(rates, 20, owed=30) == 10
    refused = await rates.take("ada", 5, owed=29, rate=SLOW)
    assert refused.units == 0
    assert timedelta(minutes=29) < refused.wait <= timedelta(minutes=30)


async def test_what_is_owed_is_bounded(rates: Rates) -> None:
    refused = await rates.take("ada", 1, owed=1_000_000, rate=SLOW)
    assert timedelta(minutes=60) < refused.wait <= timedelta(minutes=61)


async def test_units_flow_off(rates: Rates, clock: Clock) -> None:
    assert await take(rates, 1_000, rate=FAST) == 1_000
    clock.forward(timedelta(seconds=1))
    await asyncio.sleep(0.01)
    assert await take(rates, 1_000, rate=FAST) == 1_000


async def test_the_rate_may_change(rates: Rates) -> None:
    await take(rates, 60)
    assert await take(rates, 100, rate=Rate(per_minute=1, burst=100)) == 40
    assert await take(rates, 1) == 0
    assert await take(rates, 100, rate=FAST) == 0  # what was used flows off faster, and is no more than can be owed
    refused = await rates.take("ada", 1, owed=0, rate=FAST)
    assert refused.wait <= timedelta(seconds=1)


@pytest.mark.parametrize("account", ["", "a b{c}:d", "\N{SEEDLING}" * 500, "half a pair \ud83c"])
async def test_any_text_is_an_account(rates: Rates, account: str) -> None:
    assert [await take(rates, 40, account=account) for _ in range(2)] == [40, 20]


async def test_calls_at_once_share_the_burst(rates: Rates) -> None:
    assert sum(await asyncio.gather(*(take(rates, 7) for _ in range(20)))) == 60


def test_the_clock_moves_the_level() -> None:
    levels, clock, rate = Levels(), Clock(), Rate(per_minute=60, burst=10)

    def taken(units: int, *, owed: float = 0) -> Grant:
        return levels.take("ada", units, owed=owed, rate=rate, now=clock())

    assert taken(10) == Grant(10)
    assert taken(1) == Grant(0, timedelta(seconds=1))
    clock.forward(timedelta(seconds=2.5))
    assert taken(10) == Grant(2)
    assert taken(1) == Grant(0, timedelta(seconds=0.5))
    assert taken(1, owed=100) == Grant(0, timedelta(seconds=11))
    clock.forward(-HOUR)
    assert taken(1) == Grant(0, timedelta(seconds=11))  # a clock that is set back costs no more than what can be owed
    clock.forward(timedelta(seconds=11))
    assert taken(1) == Grant(1)


async def test_a_process_forgets_accounts_that_use_nothing(clock: Clock) -> None:
    levels = Levels()

    def use(accounts: range, at: datetime) -> None:
        for number in accounts:
            levels.take(f"account {number}", 1, owed=0, rate=FAST, now=at)

    use(range(100), clock())
    clock.forward(HOUR)
    use(range(100, 200), clock())
    clock.forward(HOUR)
    use(range(1), clock())
    use(range(1), clock())
    assert len(levels._levels) < 100


async def test_two_processes_share_an_account(servers: Servers) -> None:
    async with backends.fresh_redis(servers) as (client, prefix):
        one, other = (RedisRates(client, prefix=prefix) for _ in range(2))
        assert [await take(each, 25) for each in (one, other, one, other)] == [25, 25, 10, 0]


async def test_redis_forgets_an_account_once_it_uses_nothing(servers: Servers) -> None:
    async with backends.fresh_redis(servers) as (client, prefix):
        rates = RedisRates(client, prefix=prefix)
        await take(rates, 10)
        [key] = await backends.keys_of(client, prefix)
        assert key.startswith(f"{prefix}rates:{{".encode())  # the hash tag
        assert b"ada" not in key
        lifetime = await client.pttl(key)
        assert timedelta(minutes=9) < timedelta(milliseconds=lifetime) <= timedelta(minutes=10, milliseconds=1)
        await take(rates, 0, owed=-10)
        assert await backends.keys_of(client, prefix) == []


async def test_grants_are_those_of_the_reference(servers: Servers, clock: Clock) -> None:
    """Redis and memory agree about a sequence of calls, at a rate that hides that one clock stands still."""
    rate = Rate(per_minute=1, burst=1_000)
    calls = [(300, 0.0), (50, 120.5), (0, -70.25), (400, 3.0), (400, 0.0), (100, -55.5), (1_000, 0.0), (10, 9.75)]
    async with backends.fresh_redis(servers) as (client, prefix):
        stores = (MemoryRates(now=clock), RedisRates(client, prefix=prefix))
        granted = [[await take(each, units, owed=owed, rate=rate) for units, owed in calls] for each in stores]
    assert granted[0] == granted[1]
