"""The leases of a process: who is admitted, what is charged, and how often the store is asked."""

import asyncio
from datetime import timedelta

import pytest

from gateway.http.rates.rate_limit import FAILED_AUTHENTICATION
from gateway.http.refusal import RequestRefused
from stores.redis.rates import RedisRates
from tests import backends
from tests.backends import Servers
from tests.clock import Clock
from tests.gateway.http.rates.limits import RATE, CountedRates, admitted, process

SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rates(clock: Clock) -> CountedRates:
    return CountedRates(clock)


async def test_a_burst_is_admitted_and_then_the_rate(rates: CountedRates, clock: Clock) -> None:
    limit = process(rates, clock)
    assert await admitted(limit, 150) == 100
    assert await admitted(limit, 1, account="ben") == 1
    for _ in range(10):
        clock.forward(2 * SECOND)
        assert await admitted(limit, 5) == 2
    clock.forward(timedelta(hours=1))
    assert await admitted(limit, 150) == 100


async def test_few_operations_ask_the_store(rates: CountedRates, clock: Clock) -> None:
    limit = process(rates, clock)
    assert await admitted(limit, 50) == 50
    assert len(rates.calls) == 10
    await admitted(limit, 1_000)
    assert len(rates.calls) == 21  # the refusal is known until a unit is there


async def test_a_refusal_says_when_to_retry(rates: CountedRates, clock: Clock) -> None:
    limit = process(rates, clock)
    assert await admitted(limit, 2, cost=60) == 2
    for passed in (0, 5):
        clock.forward(passed * SECOND)
        with pytest.raises(RequestRefused) as refused:
            await limit.admit("ada")
        assert refused.value.extensions == {"code": "RATE_LIMITED", "retryAfterMs": (21 - passed) * 1_000}
        assert refused.value.headers == {"Retry-After": str(21 - passed)}
        assert refused.value.status == 429
    clock.forward(16 * SECOND)
    await limit.admit("ada")


@pytest.mark.parametrize(("cost", "served"), [(1, 100), (1.25, 80), (2, 50), (25, 4)])
async def test_an_operation_is_charged_its_cost(rates: CountedRates, clock: Clock, cost: float, served: int) -> None:
    assert await admitted(process(rates, clock), 200, cost=cost) == served


async def test_an_account_owes_what_was_charged_beyond_its_units(rates: CountedRates, clock: Clock) -> None:
    limit = process(rates, clock)
    assert await admitted(limit, 3, cost=40) == 3
    clock.forward(20 * SECOND)
    assert await admitted(limit, 1) == 0
    clock.forward(SECOND)
    assert await admitted(limit, 2) == 1


async def test_what_is_owed_is_bounded(rates: CountedRates, clock: Clock) -> None:
    limit = process(rates, clock)
    assert await admitted(limit, 1, cost=1_000_000) == 1
    with pytest.raises(RequestRefused) as refused:
        await limit.admit("ada")
    assert refused.value.retry_after is not None
    assert refused.value.retry_after <= 101 * SECOND


async def test_operations_at_once_share_one_call(rates: CountedRates, clock: Clock) -> None:
    limit = process(rates, clock)
    rates.hangs = asyncio.Event()
    waiting = [asyncio.create_task(limit.admit("ada")) for _ in range(5)]
    await asyncio.sleep(0)
    limit.charge("ada", 2.5)  # an operation that was admitted before
    rates.hangs.set()
    await asyncio.gather(*waiting)
    assert rates.calls == [("ada", 5, 0), ("ada", 5, -0.5)]


async def test_processes_exceed_the_rate_by_their_leases_only(rates: CountedRates, clock: Clock) -> None:
    one, other = process(rates, clock), process(rates, clock)
    counts = [await admitted(each, 7) for each in (one, other) * 20]
    assert sum(counts) == 100
    clock.forward(timedelta(hours=1))
    await admitted(one, 1)
    await admitted(other, 1)
    assert (await admitted(one, 200), await admitted(other, 200)) == (94, 4)


async def test_units_of_idle_leases_come_back(rates: CountedRates, clock: Clock) -> None:
    one, other = process(rates, clock), process(rates, clock)
    await admitted(one, 2)
    assert await admitted(other, 200) == 95
    await one.return_leases(idle_for=5 * SECOND)
    assert await admitted(other, 10) == 0
    clock.forward(timedelta(milliseconds=999))
    await one.return_leases(idle_for=timedelta())
    clock.forward(timedelta(milliseconds=1))
    assert await admitted(other, 10) == 4


async def test_what_an_idle_lease_owes_is_paid(rates: CountedRates, clock: Clock) -> None:
    one, other = process(rates, clock), process(rates, clock)
    assert await admitted(one, 1, cost=100) == 1
    assert await admitted(other, 200) == 95  # the charge is not known yet
    await other.return_leases(idle_for=timedelta())
    await one.return_leases(idle_for=timedelta())
    clock.forward(95 * SECOND)
    assert await admitted(other, 1) == 0
    clock.forward(SECOND)
    assert await admitted(other, 1) == 1


async def test_all_leases_are_returned_at_the_end(rates: CountedRates, clock: Clock) -> None:
    limit = process(rates, clock)
    async with limit.returning_leases():
        await admitted(limit, 2)
        await admitted(limit, 1, account="ben", cost=9)
    assert rates.calls[2:] == [("ada", 0, -3), ("ben", 0, 4)]


async def test_idle_leases_are_returned_meanwhile(rates: CountedRates, clock: Clock) -> None:
    limit = process(rates, clock)
    async with limit.returning_leases(after=timedelta(milliseconds=1)):
        await admitted(limit, 2)
        clock.forward(SECOND)
        await rates.called(2)
    assert rates.calls == [("ada", 5, 0), ("ada", 0, -3)]


async def test_refused_tokens_use_up_the_rate_of_an_address(rates: CountedRates, clock: Clock) -> None:
    limit = process(rates, clock)
    for _ in range(10):
        await limit.admit("address", units=FAILED_AUTHENTICATION)
    with pytest.raises(RequestRefused):
        await limit.admit("address", units=FAILED_AUTHENTICATION)


async def test_two_processes_share_an_account_in_redis(servers: Servers, clock: Clock) -> None:
    async with backends.fresh_redis(servers) as (client, prefix):
        one, other = (process(RedisRates(client, prefix=prefix), clock) for _ in range(2))
        counts = await asyncio.gather(*(admitted(each, 200) for each in (one, other)))
        # A unit flows off in each second that the test takes.
        assert RATE.burst <= sum(counts) < 1.5 * RATE.burst
