"""Shared reads: one call for what several operations read at once, and values that are served for a while."""

import asyncio
from typing import Any

import pytest

from resolvers.data.shared_reads.sharing import Sharing
from stores.errors import Rejected, TimedOut, Unavailable
from tests.resolvers.data.shared_reads.controlled_reads import (
    NO_STORES,
    HeldStore,
    Seconds,
    loaders_over,
    shared_reads,
    turns,
)


async def test_operations_that_read_a_key_at_once_share_one_call() -> None:
    store, shared = HeldStore(held=True), shared_reads(Seconds())
    path = store.path()
    first, second = loaders_over(shared), loaders_over(shared)
    reads = [asyncio.ensure_future(each.load_many(path, ["a", "b"], ())) for each in (first, second)]
    await turns()
    assert store.keys == [["a", "b"]]
    store.calls[0].answer.set_result({"a": "A"})
    assert [await read for read in reads] == [{"a": "A"}, {"a": "A"}]
    assert [len(each.batches) for each in (first, second)] == [1, 1]


async def test_of_overlapping_keys_only_those_are_read_that_no_call_reads() -> None:
    store, shared = HeldStore(held=True), shared_reads(Seconds())
    path = store.path()
    one = asyncio.ensure_future(loaders_over(shared).load_many(path, ["a", "b"], ()))
    await turns()
    other = asyncio.ensure_future(loaders_over(shared).load_many(path, ["b", "c"], ()))
    apart = asyncio.ensure_future(loaders_over(shared).load_many(path, ["b"], "other arguments"))
    await turns()
    assert store.keys == [["a", "b"], ["c"], ["b"]]
    for call in store.calls:
        call.answer.set_result({key: key.upper() for key in call.keys})
    assert (await one, await other, await apart) == ({"a": "A", "b": "B"}, {"b": "B", "c": "C"}, {"b": "B"})
    counts = shared.counts.of("profiles", "by_ids")
    assert (counts.hits, counts.joined, counts.reads) == (0, 1, 4)


async def test_a_value_that_is_kept_costs_no_store_call() -> None:
    store, shared = HeldStore(), shared_reads(Seconds())
    store.values = {"a": "A", "b": "B"}
    await loaders_over(shared).load_many(store.path(shared=None), ["a"], ())
    path = store.path()
    await loaders_over(shared).load_many(path, ["a", "unknown"], ())
    whole, part = loaders_over(shared), loaders_over(shared)
    assert await whole.load_many(path, ["a"], ()) == {"a": "A"}
    assert await part.load_many(path, ["a", "b", "unknown"], ()) == {"a": "A", "b": "B"}
    assert (whole.batches, whole.calls) == ([], 0)
    assert [batch.keys for batch in part.batches] == [2]
    assert store.keys == [["a"], ["a", "unknown"], ["b", "unknown"]]
    assert shared.counts.of("profiles", "by_ids").hit_rate == 2 / 6


async def test_a_failed_read_does_not_lose_the_keys_that_are_kept() -> None:
    store, shared = HeldStore(held=True), shared_reads(Seconds())
    path = store.path()
    reading = asyncio.ensure_future(loaders_over(shared).load(path, "a", ()))
    await turns()
    store.calls[0].answer.set_result({"a": "A"})
    assert await reading == "A"
    loaders = loaders_over(shared)
    found = asyncio.gather(*(loaders.load(path, key, ()) for key in "ab"), return_exceptions=True)
    await turns()
    store.calls[1].answer.set_exception(Unavailable("profiles", "down"))
    assert [type(each) for each in await found] == [str, Unavailable]


async def test_loaders_without_shared_reads_see_each_write_at_once() -> None:
    store, shared = HeldStore(), shared_reads(Seconds())
    path = store.path()
    store.values = {"a": "old"}
    await loaders_over(shared).load(path, "a", ())
    store.values = {"a": "new"}
    assert await loaders_over(None).load(path, "a", ()) == "new"
    assert await loaders_over(shared).load(path, "a", ()) == "old"


@pytest.mark.parametrize(
    ("sharing", "options", "served_for"),
    [
        (Sharing.IMMUTABLE, {}, 1e6),
        (Sharing.ANNOUNCED, {}, 60.0),
        (Sharing.ANNOUNCED, {"unannounced": ["profiles"]}, 2.0),
        (Sharing.BRIEF, {}, 2.0),
    ],
)
async def test_a_value_is_served_for_as_long_as_its_path_declares(
    sharing: Sharing, options: Any, served_for: float
) -> None:
    clock, store = Seconds(), HeldStore()
    shared = shared_reads(clock, **options)
    path = store.path(sharing)
    store.values = {"a": "A"}
    began = clock.now
    await loaders_over(shared).load(path, "a", ())
    for age, calls in ((served_for, 1), (served_for + 0.001, 1 if sharing is Sharing.IMMUTABLE else 2)):
        clock.now = began + age
        shared.confirm(clock.now)
        assert await loaders_over(shared).load(path, "a", ()) == "A"
        assert len(store.calls) == calls


async def test_while_announcements_do_not_arrive_nothing_is_served_beyond_two_seconds() -> None:
    clock, store = Seconds(), HeldStore()
    shared = shared_reads(clock)
    path = store.path()
    store.values = {"a": "A"}
    shared.confirm(clock.now)
    await loaders_over(shared).load(path, "a", ())
    for age, calls in ((2.0, 1), (2.001, 2)):
        clock.now = 1_000.0 + age
        await loaders_over(shared).load(path, "a", ())
        assert len(store.calls) == calls
    clock.now += 50.0
    shared.confirm(clock.now - 1.0)
    await loaders_over(shared).load(path, "a", ())
    assert len(store.calls) == 2
    clock.now += 0.001
    await loaders_over(shared).load(path, "a", ())
    assert len(store.calls) == 3


async def test_what_is_read_while_its_key_is_written_is_not_kept() -> None:
    store, shared = HeldStore(held=True), shared_reads(Seconds())
    path = store.path()
    before = asyncio.ensure_future(loaders_over(shared).load_many(path, ["a", "b"], ()))
    await turns()
    shared.invalidate("profiles", ["a"])
    after = asyncio.ensure_future(loaders_over(shared).load_many(path, ["a", "b"], ()))
    await turns()
    assert store.keys == [["a", "b"], ["a"]]
    store.calls[1].answer.set_result({"a": "new"})
    await turns()
    store.calls[0].answer.set_result({"a": "old", "b": "B"})
    assert (await before, await after) == ({"a": "old", "b": "B"}, {"a": "new", "b": "B"})
    assert await loaders_over(shared).load_many(path, ["a", "b"], ()) == {"a": "new", "b": "B"}
    assert (len(store.calls), shared.counts.outdated) == (2, 1)


async def test_a_call_that_began_before_announcements_were_lost_is_not_kept() -> None:
    store, shared = HeldStore(held=True), shared_reads(Seconds())
    path = store.path()
    before = asyncio.ensure_future(loaders_over(shared).load(path, "a", ()))
    await turns()
    shared.invalidate_all()
    store.calls[0].answer.set_result({"a": "old"})
    assert await before == "old"
    after = asyncio.ensure_future(loaders_over(shared).load(path, "a", ()))
    await turns()
    store.calls[1].answer.set_result({"a": "new"})
    assert await after == "new"


async def test_a_call_that_began_too_long_ago_is_not_joined_and_its_values_replace_no_newer_ones() -> None:
    clock, store = Seconds(), HeldStore(held=True)
    shared = shared_reads(clock)
    path = store.path(Sharing.BRIEF)
    slow = asyncio.ensure_future(loaders_over(shared).load(path, "a", ()))
    await turns()
    clock.now += 2.0
    joined = asyncio.ensure_future(loaders_over(shared).load(path, "a", ()))
    await turns()
    assert len(store.calls) == 1
    clock.now += 0.1
    fresh = asyncio.ensure_future(loaders_over(shared).load(path, "a", ()))
    await turns()
    store.calls[1].answer.set_result({"a": "new"})
    await turns()
    store.calls[0].answer.set_result({"a": "old"})
    assert (await slow, await joined, await fresh) == ("old", "old", "new")
    assert await loaders_over(shared).load(path, "a", ()) == "new"


async def test_the_age_of_a_value_counts_from_the_begin_of_its_read() -> None:
    clock, store = Seconds(), HeldStore(held=True)
    shared = shared_reads(clock)
    path = store.path(Sharing.BRIEF)
    slow = asyncio.ensure_future(loaders_over(shared).load(path, "a", ()))
    await turns()
    clock.now += 1.5
    store.calls[0].answer.set_result({"a": "A"})
    assert await slow == "A"
    assert shared.kept(path, ["a"], ()) == {"a": "A"}
    clock.now += 0.6
    assert shared.kept(path, ["a"], ()) == {}


async def test_an_invalidation_reaches_all_arguments_of_the_store_and_no_other_store() -> None:
    profiles, others, shared = HeldStore(), HeldStore(), shared_reads(Seconds())
    profiles.values = others.values = {"a": "A", "b": "B"}
    path, brief = profiles.path(), profiles.path(Sharing.BRIEF)

    async def read_all() -> None:
        for each, args in ((path, "x"), (path, "y"), (brief, "x")):
            await loaders_over(shared).load_many(each, ["a", "b"], args)

    await read_all()
    shared.invalidate("profiles", ["a"])
    shared.invalidate("catalog", ["b"])
    await read_all()
    assert profiles.keys == [["a", "b"]] * 3 + [["a"]] * 2
    shared.invalidate_all()
    await read_all()
    assert profiles.keys[5:] == [["a", "b"]] * 2


async def test_a_call_is_cancelled_when_the_last_operation_that_awaits_it_leaves() -> None:
    store, shared = HeldStore(held=True), shared_reads(Seconds())
    path = store.path()
    first, second = loaders_over(shared), loaders_over(shared)
    reads = [asyncio.ensure_future(each.load_many(path, ["a"], ())) for each in (first, second)]
    await turns()
    first.cancel()
    await turns()
    assert not store.calls[0].answer.cancelled()
    second.cancel()
    await turns()
    assert store.calls[0].answer.cancelled()
    assert shared.counts.cancelled == 1
    third = asyncio.ensure_future(loaders_over(shared).load(path, "a", ()))
    await turns()
    store.calls[1].answer.set_result({"a": "A"})
    assert await third == "A"
    for read in reads:
        read.cancel()


async def test_a_call_has_the_deadline_of_the_operation_that_waits_longest() -> None:
    store, shared = HeldStore(held=True), shared_reads(Seconds())
    path = store.path()
    patient = asyncio.ensure_future(loaders_over(shared, deadline=60).load(path, "a", ()))
    await turns()
    with pytest.raises(TimedOut):
        await loaders_over(shared, deadline=0.01).load(path, "a", ())
    store.calls[0].answer.set_result({"a": "A"})
    assert await patient == "A"
    with pytest.raises(TimedOut):
        await loaders_over(shared, deadline=0.01).load(path, "b", ())
    await turns()
    assert store.calls[1].answer.cancelled()


async def test_an_error_of_the_store_reaches_all_operations_and_is_not_kept() -> None:
    store, shared = HeldStore(held=True), shared_reads(Seconds())
    path = store.path()
    reads = [asyncio.ensure_future(loaders_over(shared).load(path, "a", ())) for _ in range(2)]
    await turns()
    store.calls[0].answer.set_exception(Unavailable("profiles", "down"))
    assert [type(each) for each in await asyncio.gather(*reads, return_exceptions=True)] == [Unavailable] * 2
    again = asyncio.ensure_future(loaders_over(shared).load(path, "a", ()))
    await turns()
    store.calls[1].answer.set_result({"a": "A"})
    assert await again == "A"


async def test_a_call_that_the_driver_cancels_is_unavailable_for_all() -> None:
    store, shared = HeldStore(held=True), shared_reads(Seconds())
    path = store.path()
    reads = [asyncio.ensure_future(loaders_over(shared).load(path, "a", ())) for _ in range(2)]
    await turns()
    store.calls[0].answer.cancel()
    assert [type(each) for each in await asyncio.gather(*reads, return_exceptions=True)] == [Unavailable] * 2


async def test_a_key_that_the_store_refuses_costs_other_operations_nothing() -> None:
    store, shared = HeldStore(held=True), shared_reads(Seconds())
    path = store.path()
    bad = asyncio.ensure_future(loaders_over(shared).load_many(path, ["a", "\ud800"], ()))
    await turns()
    good = asyncio.ensure_future(loaders_over(shared).load(path, "a", ()))
    await turns()
    store.calls[0].answer.set_exception(Rejected("profiles", "no text"))
    await turns()
    store.calls[1].answer.set_result({"a": "A"})
    assert await good == "A"
    with pytest.raises(Rejected):
        await bad


async def test_closing_ends_the_calls_under_way() -> None:
    store, shared = HeldStore(held=True), shared_reads(Seconds())
    reading = asyncio.ensure_future(loaders_over(shared).load(store.path(), "a", ()))
    await turns()
    await shared.aclose()
    assert store.calls[0].answer.cancelled()
    with pytest.raises(Unavailable):
        await reading


async def test_a_path_that_does_not_declare_it_is_not_shared() -> None:
    store, shared = HeldStore(), shared_reads(Seconds())
    with pytest.raises(ValueError, match="must not be shared"):
        await shared.fetch(store.path(shared=None), ["a"], (), NO_STORES)
    assert store.calls == []
