"""A call that never ends must not hold the operations that come later."""

import asyncio

import pytest

from resolvers.data.shared_reads.sharing import Sharing
from tests.resolvers.data.shared_reads.controlled_reads import HeldStore, Seconds, loaders_over, shared_reads, turns


@pytest.mark.parametrize("sharing", Sharing)
async def test_a_call_that_began_long_ago_is_not_joined_although_others_wait_for_it(sharing: Sharing) -> None:
    clock, store = Seconds(), HeldStore(held=True)
    shared, path = shared_reads(clock), store.path(sharing)
    first = asyncio.ensure_future(loaders_over(shared).load(path, "a", ()))
    await turns()
    clock.now += 2.0
    shared.confirm(clock.now)
    joined = asyncio.ensure_future(loaders_over(shared).load(path, "a", ()))
    await turns()
    assert store.keys == [["a"]]
    clock.now += 0.001
    late = asyncio.ensure_future(loaders_over(shared).load(path, "a", ()))
    await turns()
    assert store.keys == [["a"], ["a"]]
    store.calls[1].answer.set_result({"a": "A"})
    assert await late == "A"
    assert not first.done()
    assert not joined.done()
    store.calls[0].answer.set_result({"a": "older"})
    assert [await first, await joined] == ["older", "older"]
    assert await loaders_over(shared).load(path, "a", ()) == "A"
    assert len(store.calls) == 2
