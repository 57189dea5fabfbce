"""Rates while the store does not answer."""

import asyncio
from datetime import timedelta
from time import monotonic

from stores.errors import Unavailable
from tests.clock import Clock
from tests.gateway.http.rates.limits import CountedRates, admitted, process
from tests.gateway.resilience.failing_guards import guards_at, open_breakers

SECOND = timedelta(seconds=1)
DOWN = Unavailable("rates", "Redis cannot be reached")


async def test_a_process_counts_for_itself_while_the_store_is_down() -> None:
    clock = Clock()
    rates = CountedRates(clock)
    limit = process(rates, clock)
    assert await admitted(limit, 60) == 60
    calls = len(rates.calls)
    rates.fault = DOWN
    assert await admitted(limit, 200) == 100
    assert len(rates.calls) == calls + 1  # a store that is down is left alone for a second
    assert limit.shared.local_takes == 21
    clock.forward(2 * SECOND)
    assert await admitted(limit, 10) == 2
    assert len(rates.calls) == calls + 2
    rates.fault = None
    clock.forward(SECOND)
    assert await admitted(limit, 200) == 43
    assert "rates" in limit.shared.health.last_errors


async def test_a_store_that_failed_lately_is_not_asked() -> None:
    clock, guards = Clock(), guards_at(monotonic)
    rates = CountedRates(clock)
    limit = process(rates, clock)
    limit.shared.guards = guards
    open_breakers(guards, "rates")
    assert await admitted(limit, 200) == 100
    assert rates.calls == []
    assert not limit.shared.health.last_errors
    clock.forward(SECOND)
    guards.pinged("rates", answered=True, began=monotonic())
    assert await admitted(limit, 10, account="ben") == 10
    assert rates.calls


async def test_a_store_that_hangs_delays_one_call_a_second() -> None:
    clock = Clock()
    rates = CountedRates(clock)
    rates.hangs = asyncio.Event()
    limit = process(rates, clock, deadline=timedelta(milliseconds=1))
    assert await admitted(limit, 200) == 100
    assert len(rates.calls) == 1
    clock.forward(SECOND)
    limit.shared.deadline = timedelta(hours=1)
    waiting = asyncio.create_task(limit.admit("ben"))
    await rates.called(2)
    assert await admitted(limit, 200, account="eve") == 100  # not held up by the call under way
    rates.hangs.set()
    await waiting
    assert await admitted(limit, 5, account="amy") == 5
    assert [call[0] for call in rates.calls][2:] == ["amy"]
