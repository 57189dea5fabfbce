"""What the guards of the stores admit, and how the calls through them count."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import pytest

from gateway.resilience.breaker import Breaker, BreakerRules
from gateway.resilience.store_guards import LONGEST_PAUSE, StoreGuard, StoreGuards
from resolvers.data.guarded_call import BUSY, FROM_MEMORY
from resolvers.data.store_calls import StoreCalls
from resolvers.writes.write_stores import IgnoredFailures
from stores.errors import CircuitOpen, Fault, Rejected, StoreError, TimedOut, Unavailable
from tests.gateway.resilience.failing_guards import guard_of, guards_at, open_breakers
from tests.gateway.resilience.seconds import Seconds

DOWN = Unavailable("profiles", "down")


def calls_over(guards: StoreGuards, *, deadline: float = 2.0) -> StoreCalls:
    deadlines = {store: timedelta(seconds=deadline) for store in ("profiles", "catalog")}
    return StoreCalls(deadlines=deadlines, failures=IgnoredFailures(), guards=guards)


class Replies:
    """A read whose calls are counted, and raise or return what is next; the last reply holds for all others."""

    def __init__(self, *replies: Any) -> None:
        self.made = 0
        self._replies = replies

    async def __call__(self) -> Any:
        reply = self._replies[min(self.made, len(self._replies) - 1)]
        self.made += 1
        if isinstance(reply, Exception):
            raise reply
        return reply


async def fails(making: Awaitable[Any]) -> StoreError:
    with pytest.raises(StoreError) as failed:
        await making
    return failed.value


async def read(guards: StoreGuards, replies: Callable[[], Awaitable[Any]], store: str = "profiles") -> Any:
    return await calls_over(guards).call_read(store, "by_ids", 1, replies)


async def test_an_open_breaker_refuses_the_calls_of_its_store_and_kind_only() -> None:
    clock = Seconds()
    guards = guards_at(clock)
    for _ in range(5):
        assert type(await fails(read(guards, Replies(DOWN)))) is Unavailable
    unsent = Replies("never")
    refused = await fails(read(guards, unsent))
    assert isinstance(refused, CircuitOpen)
    assert (refused.code, refused.retry_after_ms) == ("STORE_UNAVAILABLE", 1_000)
    clock.forward(0.4)
    assert getattr(await fails(read(guards, unsent)), "retry_after_ms", None) == 600
    assert unsent.made == 0
    assert await read(guards, Replies("course"), store="catalog") == "course"
    assert await calls_over(guards).call("profiles", "add", 1, Replies("written")()) == "written"
    guards.pinged("profiles", answered=True, began=clock.forward(0.6))
    assert await read(guards, Replies("Ada")) == "Ada"


class Cached:
    """A read that is answered without a server, or (`server`) by one, which takes longer."""

    def __init__(self, *, server: bool) -> None:
        self._server = server

    async def __call__(self) -> str:
        if self._server:
            await asyncio.sleep(2 * FROM_MEMORY)
        return "course"


@pytest.mark.parametrize("server", [False, True])
async def test_answers_from_a_cache_keep_no_breaker_closed(server: bool) -> None:
    """Between two pings that fail, the catalog's cache answers, or its server does. On a busy machine, an answer of the
    cache may look like one of the server, but not each of five."""
    opened = []
    for _ in range(5):
        clock = Seconds()
        guards = guards_at(clock)
        guards.pinged("catalog", answered=False, began=clock())
        assert await read(guards, Cached(server=server), store="catalog") == "course"
        guards.pinged("catalog", answered=False, began=clock.forward(1))
        opened.append(guard_of(guards, "catalog").breaker.is_open)
    assert any(opened) is not server


async def test_a_write_is_refused_before_it_is_sent() -> None:
    guards = guards_at(Seconds())
    open_breakers(guards, "profiles")
    write = Replies("written")
    assert isinstance(await fails(calls_over(guards).call("profiles", "add", 1, write())), CircuitOpen)
    queued = calls_over(guards).call_queued("profiles", "add", 1, lambda on_start: write(), max_wait=timedelta(1))
    assert isinstance(await fails(queued), CircuitOpen)
    assert write.made == 0


async def test_a_read_that_fails_is_made_once_more_and_counts_once() -> None:
    again = Replies(DOWN, "Ada")
    calls = calls_over(guards_at(Seconds()))
    assert await calls.call_read("profiles", "by_ids", 1, again) == "Ada"
    assert (again.made, calls.calls, len(calls.batches)) == (2, 1, 1)
    guards = guards_at(Seconds())
    for _ in range(4):
        down = Replies(DOWN)
        await fails(read(guards, down))
        assert down.made == 2
    assert not guard_of(guards).breaker.is_open  # after eight attempts, which are four calls
    await fails(read(guards, Replies(DOWN)))
    assert guard_of(guards).breaker.is_open


async def test_the_second_attempt_of_a_read_has_what_is_left_of_its_deadline() -> None:
    guards = guards_at(Seconds(), deadline=0.05)
    made = 0

    async def failing_then_stalled() -> None:
        nonlocal made
        made += 1
        if made == 1:
            raise DOWN
        await stall()

    calls = calls_over(guards, deadline=0.05)
    async with asyncio.timeout(10):
        assert isinstance(await fails(calls.call_read("profiles", "by_ids", 1, failing_then_stalled)), TimedOut)
    assert made == 2


async def test_a_read_is_repeated_after_a_random_pause_unless_the_breaker_is_open() -> None:
    guard = StoreGuard(
        "profiles",
        Breaker(rules=BreakerRules(window=3.0), clock=monotonic),
        most=1,
        deadline=timedelta(seconds=2),
        draw=lambda: 0.5,
    )
    assert guard.pause() == 0.5 * LONGEST_PAUSE
    for _ in range(2):
        guard.pinged(answered=False, began=monotonic())
    assert guard.pause() is None


async def test_a_write_and_a_read_that_is_refused_are_made_once() -> None:
    guards = guards_at(Seconds())
    write = Replies(DOWN)
    await fails(calls_over(guards).call("profiles", "add", 1, write()))
    wrong = Replies(Rejected("profiles", "wrong"))
    await fails(read(guards, wrong))
    assert (write.made, wrong.made) == (1, 1)


async def test_only_unavailable_and_timed_out_count() -> None:
    guards = guards_at(Seconds())
    for _ in range(20):
        await fails(read(guards, Replies(Rejected("profiles", "wrong"))))
    assert not guard_of(guards).breaker.is_open
    for _ in range(20):
        await fails(read(guards, Replies(TimedOut("profiles", "slow"))))
    assert guard_of(guards).breaker.is_open


async def test_a_store_that_answers_that_values_are_being_recomputed_has_not_failed() -> None:
    """A rebuild of the activity would open its breaker, for all its calls."""
    guards = guards_at(Seconds())
    recounting = Replies(Unavailable("profiles", "recounting", fault=Fault.REBUILDING))
    for _ in range(20):
        await fails(read(guards, recounting))
    assert recounting.made == 20
    assert not guard_of(guards).breaker.is_open


async def stall() -> None:
    await asyncio.Event().wait()


async def test_a_call_that_takes_its_whole_deadline_counts_and_is_not_repeated() -> None:
    guards = guards_at(Seconds(), deadline=0.01)
    made = 0

    async def stalled() -> None:
        nonlocal made
        made += 1
        await stall()

    for _ in range(5):
        assert isinstance(
            await fails(calls_over(guards, deadline=0.01).call_read("profiles", "by_ids", 1, stalled)), TimedOut
        )
    assert made == 5
    assert guard_of(guards).breaker.is_open


async def test_a_call_that_had_less_time_than_its_deadline_or_was_cancelled_does_not_count() -> None:
    guards = guards_at(Seconds())
    loop = asyncio.get_running_loop()
    for _ in range(5):
        calls = calls_over(guards)
        calls.ends_at = loop.time() + 0.01
        assert isinstance(await fails(calls.call_read("profiles", "by_ids", 1, stall)), TimedOut)
        calling = asyncio.ensure_future(read(guards, stall))
        await asyncio.sleep(0)
        calling.cancel()
        await asyncio.wait({calling})
    guard = guard_of(guards)
    assert (guard.breaker.is_open, guard.in_flight) == (False, 0)
    unsent = Replies("never")
    calls = calls_over(guards)
    calls.ends_at = loop.time()
    assert isinstance(await fails(calls.call_read("profiles", "by_ids", 1, unsent)), TimedOut)
    assert unsent.made == 0


async def test_a_call_whose_answer_a_busy_process_could_not_receive_does_not_count() -> None:
    guards = guards_at(Seconds(), deadline=0.01)
    for _ in range(5):
        calling = asyncio.ensure_future(calls_over(guards, deadline=0.01).call_read("profiles", "by_ids", 1, stall))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(sleep, 0.01 + BUSY + 0.01)  # other work of the event loop
        assert isinstance(await fails(calling), TimedOut)
    assert not guard_of(guards).breaker.is_open


async def test_calls_beyond_the_bound_wait_for_a_place() -> None:
    guards = guards_at(Seconds(), most=2)
    held = asyncio.Event()
    under_way = 0
    most = 0

    async def hold() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await held.wait()
        under_way -= 1

    calling = [asyncio.ensure_future(read(guards, hold)) for _ in range(6)]
    await asyncio.sleep(0.01)
    assert guard_of(guards).in_flight == 2
    assert await calls_over(guards).call("profiles", "add", 1, Replies("written")()) == "written"
    held.set()
    await asyncio.gather(*calling)
    assert (most, guard_of(guards).in_flight) == (2, 0)


async def test_a_call_waits_while_others_end_and_is_refused_once_they_do_not() -> None:
    guards = guards_at(monotonic, most=1)
    began = monotonic()
    await asyncio.gather(*(read(guards, lambda: asyncio.sleep(0.06)) for _ in range(10)))
    assert monotonic() - began >= 0.6  # longer than a place that is stuck is waited for
    working = asyncio.ensure_future(read(guards, stall))
    await asyncio.sleep(0)
    assert isinstance(await fails(read(guards, Replies("never"))), CircuitOpen)
    working.cancel()
    await asyncio.wait({working})
    assert await read(guards, Replies("Ada")) == "Ada"


async def test_a_call_that_waits_is_refused_when_the_breaker_opens() -> None:
    guards = guards_at(Seconds(), most=1)
    working = asyncio.ensure_future(read(guards, stall))
    waiting = asyncio.ensure_future(read(guards, Replies("never")))
    await asyncio.sleep(0)
    open_breakers(guards, "profiles")
    working.cancel()
    assert isinstance(await fails(waiting), CircuitOpen)


async def test_a_call_that_is_cancelled_while_it_waits_takes_no_place() -> None:
    guards = guards_at(Seconds(), most=1)
    working = asyncio.ensure_future(read(guards, stall))
    waiting = asyncio.ensure_future(read(guards, Replies("never")))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    working.cancel()
    await asyncio.wait({working})
    assert await read(guards, Replies("Ada")) == "Ada"
    assert guard_of(guards).in_flight == 0


async def test_a_call_that_finds_no_place_is_no_failure() -> None:
    guards = guards_at(monotonic, most=1, deadline=0.02)
    calling = asyncio.ensure_future(calls_over(guards).call_read("profiles", "by_ids", 1, stall))
    await asyncio.sleep(0)
    for _ in range(5):
        refused = await fails(read(guards, Replies("never")))
        assert isinstance(refused, CircuitOpen)
    assert not guard_of(guards).breaker.is_open
    calling.cancel()
    await asyncio.wait({calling})
    assert await read(guards, Replies("Ada")) == "Ada"


async def test_refusals_are_no_failures_of_the_store() -> None:
    class Counted:
        count = 0

        def failed(self, store: str, error: StoreError) -> None:
            self.count += 1

    guards, failures = guards_at(Seconds()), Counted()
    calls = calls_over(guards)
    calls.failures = failures
    open_breakers(guards, "profiles")
    await fails(calls.call_read("profiles", "by_ids", 1, Replies("never")))
    assert failures.count == 0
    assert [batch.code for batch in calls.batches] == ["STORE_UNAVAILABLE"]
