"""Shared reads of a store that fails: one call that many operations await is one call to its guard."""

import asyncio

import pytest

from gateway.resilience.store_guards import StoreGuards
from resolvers.data.dataloaders import Loaders
from resolvers.data.shared_reads.shared_reads import SharedReads
from stores.errors import CircuitOpen, TimedOut, Unavailable
from tests.gateway.resilience.failing_guards import guard_of, guards_at, open_breakers
from tests.resolvers.data.shared_reads.controlled_reads import HeldStore, Seconds, loaders_over, shared_reads, turns

DOWN = Unavailable("profiles", "down")


def guarded(shared: SharedReads, guards: StoreGuards, *, deadline: float = 30.0) -> Loaders:
    loaders = loaders_over(shared, deadline=deadline)
    loaders.guards = guards
    return loaders


async def test_a_failure_that_many_operations_await_counts_once() -> None:
    store, shared, guards = HeldStore(held=True), shared_reads(Seconds()), guards_at(Seconds())
    path = store.path()
    for _ in range(4):
        reads = [asyncio.ensure_future(guarded(shared, guards).load(path, "a", ())) for _ in range(20)]
        for _ in range(2):  # a read is made once more
            await turns()
            store.calls[-1].answer.set_exception(DOWN)
            await asyncio.sleep(0.001)
        assert all(isinstance(each, Unavailable) for each in await asyncio.gather(*reads, return_exceptions=True))
    assert len(store.calls) == 8
    guard = guard_of(guards)
    assert (guard.breaker.is_open, guard.in_flight) == (False, 0)


async def test_a_call_that_takes_its_deadline_counts_although_all_operations_wait_for_it() -> None:
    store, shared, guards = HeldStore(held=True), shared_reads(Seconds()), guards_at(Seconds())
    path = store.path()
    for _ in range(5):
        assert not guard_of(guards).breaker.is_open
        reads = [guarded(shared, guards, deadline=0.01).load(path, "a", ()) for _ in range(3)]
        assert [type(each) for each in await asyncio.gather(*reads, return_exceptions=True)] == [TimedOut] * 3
    assert guard_of(guards).breaker.is_open
    assert len(store.calls) == 5


async def test_an_operation_that_has_no_time_left_does_not_end_the_call_of_others() -> None:
    store, shared, guards = HeldStore(held=True), shared_reads(Seconds()), guards_at(Seconds())
    path = store.path()
    hurried, patient = guarded(shared, guards), guarded(shared, guards)
    hurried.ends_at = asyncio.get_running_loop().time() + 0.01
    first, second = (asyncio.ensure_future(each.load(path, "a", ())) for each in (hurried, patient))
    with pytest.raises(TimedOut):
        await first
    store.calls[0].answer.set_result({"a": "A"})
    assert await second == "A"
    assert len(store.calls) == 1


async def test_values_that_are_kept_need_no_store_and_the_others_are_refused() -> None:
    store, shared, guards = HeldStore(), shared_reads(Seconds()), guards_at(Seconds())
    path = store.path()
    store.values = {"a": "A", "b": "B"}
    assert await guarded(shared, guards).load(path, "a", ()) == "A"
    open_breakers(guards, "profiles")
    loaders = guarded(shared, guards)
    found = await asyncio.gather(*(loaders.load(path, key, ()) for key in "ab"), return_exceptions=True)
    assert found[0] == "A"
    assert isinstance(found[1], CircuitOpen)
    assert store.keys == [["a"]]
