"""What the loaders promise: batches, caps, deadlines, and that no field's fate becomes another's."""

import asyncio
import gc
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, cast

import pytest

from resolvers.data.dataloaders import DerivedPath, Loaders, StorePath
from stores.errors import Rejected, StoreError, TimedOut, Unavailable
from stores.ports.stores import Stores


class Noted:
    def __init__(self) -> None:
        self.stores: list[str] = []

    def failed(self, store: str) -> None:
        self.stores.append(store)


def loaders_with(noted: Noted, deadline: float = 5.0) -> Loaders:
    deadlines = {"profiles": timedelta(seconds=deadline)}
    return Loaders(cast(Stores, None), deadlines, noted)


def path_of(read: Any, batch_size: int = 100) -> StorePath[str, Any, str]:
    return StorePath("profiles", "by_ids", lambda stores, keys, args: read(keys, args), batch_size=batch_size)


async def echo(keys: Sequence[str], args: Any) -> Mapping[str, str]:
    return {key: key.upper() for key in keys if key != "unknown"}


async def test_keys_of_one_turn_are_one_call_and_gaps_are_none() -> None:
    loaders = loaders_with(Noted())
    path = path_of(echo)
    found = await asyncio.gather(*(loaders.load(path, key, ()) for key in ("a", "b", "a", "unknown")))
    assert found == ["A", "B", "A", None]
    assert [(batch.store, batch.call, batch.keys) for batch in loaders.batches] == [("profiles", "by_ids", 3)]


async def test_arguments_make_a_loader_of_their_own_and_a_cap_cuts_a_batch() -> None:
    loaders = loaders_with(Noted())
    path = path_of(echo, batch_size=2)
    await asyncio.gather(*(loaders.load(path, str(key), args) for key in range(3) for args in ("x", "y")))
    assert sorted(batch.keys for batch in loaders.batches) == [1, 1, 2, 2]


async def test_the_wait_for_a_turn_does_not_count_against_the_deadline() -> None:
    turn, noted = asyncio.Event(), Noted()
    loaders = loaders_with(noted, deadline=0.05)

    async def queued(on_start: Callable[[], None]) -> str:
        await turn.wait()
        on_start()
        await asyncio.sleep(0.01)
        return "written"

    asyncio.get_running_loop().call_later(0.2, turn.set)
    assert await loaders.call_queued("profiles", "put", 1, queued, max_wait=timedelta(seconds=30)) == "written"
    assert noted.stores == []


async def test_from_its_turn_on_a_write_has_the_deadline_of_its_store() -> None:
    async def stuck(on_start: Callable[[], None]) -> None:
        on_start()
        await asyncio.Event().wait()

    async def never_begun(on_start: Callable[[], None]) -> None:
        await asyncio.Event().wait()

    for work, max_wait in ((stuck, timedelta(seconds=30)), (never_begun, timedelta(milliseconds=10))):
        noted = Noted()
        loaders = loaders_with(noted, deadline=0.01)
        with pytest.raises(TimedOut):
            await loaders.call_queued("profiles", "put", 1, work, max_wait=max_wait)
        assert noted.stores == ["profiles"]


async def test_a_primed_value_costs_nothing() -> None:
    loaders = loaders_with(Noted())
    path = path_of(echo)
    loaders.prime(path, "a", (), "brought along")
    assert await loaders.load(path, "a", ()) == "brought along"
    assert loaders.batches == []


async def test_a_deadline_is_a_timeout_of_that_store_and_noted() -> None:
    async def stall(keys: Sequence[str], args: Any) -> Mapping[str, str]:
        await asyncio.Event().wait()
        raise AssertionError

    noted = Noted()
    loaders = loaders_with(noted, deadline=0.01)
    with pytest.raises(TimedOut) as caught:
        await loaders.load(path_of(stall), "a", ())
    assert caught.value.store == "profiles"
    assert noted.stores == ["profiles"]


@pytest.mark.timeout(10)
async def test_a_driver_that_cancels_does_not_hang_its_fields() -> None:
    async def cancelled(keys: Sequence[str], args: Any) -> Mapping[str, str]:
        raise asyncio.CancelledError

    loaders = loaders_with(Noted())
    with pytest.raises(Unavailable):
        await loaders.load(path_of(cancelled), "a", ())


async def test_a_cancelled_sibling_leaves_the_shared_key_to_the_others() -> None:
    go = asyncio.Event()

    async def slow(keys: Sequence[str], args: Any) -> Mapping[str, str]:
        await go.wait()
        return await echo(keys, args)

    loaders = loaders_with(Noted())
    path = path_of(slow)
    doomed, other = (asyncio.ensure_future(loaders.load(path, "a", ())) for _ in range(2))
    await asyncio.sleep(0)
    doomed.cancel()
    go.set()
    assert await other == "A"
    assert doomed.cancelled()


async def test_a_call_that_swallows_a_cancellation_is_cancelled_all_the_same() -> None:
    async def swallow() -> str:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return "an answer"

    calling = asyncio.ensure_future(loaders_with(Noted()).call("profiles", "swallow", 1, swallow()))
    await asyncio.sleep(0)
    calling.cancel()
    await asyncio.wait([calling])
    assert calling.cancelled()


async def test_an_error_that_nobody_waits_for_is_not_logged_with_its_text() -> None:
    """asyncio says "exception was never retrieved" through the loop's handler when a future is collected."""
    go, said = asyncio.Event(), list[str]()
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: said.append(context["message"]))

    async def fail(keys: Sequence[str], args: Any) -> Mapping[str, str]:
        await go.wait()
        raise Rejected("profiles", "secret")

    loaders = loaders_with(Noted())
    doomed = asyncio.ensure_future(loaders.load(path_of(fail), "a", ()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    doomed.cancel()
    go.set()
    for _ in range(10):
        await asyncio.sleep(0)
    del loaders, doomed
    gc.collect()
    assert said == []


async def test_only_faults_of_the_store_count_against_its_health() -> None:
    async def fail(keys: Sequence[str], args: Any) -> Mapping[str, str]:
        raise args("profiles", "no")

    noted = Noted()
    loaders = loaders_with(noted)
    for error in (Rejected, Unavailable, TimedOut):
        with pytest.raises(StoreError):
            await loaders.load(path_of(fail), "a", error)
    assert noted.stores == ["profiles", "profiles"]


async def test_a_joined_path_costs_what_it_reads() -> None:
    inner = path_of(echo)

    async def twice(loaders: Loaders, keys: Sequence[str], args: Any) -> Mapping[str, str]:
        found = await loaders.load_many(inner, keys, args)
        return {key: value * 2 for key, value in found.items()}

    loaders = loaders_with(Noted())
    joined: DerivedPath[str, Any, str] = DerivedPath(twice)
    assert await loaders.load_many(joined, ["a", "b", "unknown"], ()) == {"a": "AA", "b": "BB"}
    assert [batch.keys for batch in loaders.batches] == [3]
