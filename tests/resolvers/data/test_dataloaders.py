"""Data loaders: batches, batch sizes, deadlines, and fields that do not affect each other."""

import asyncio
import gc
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, cast

import pytest

from resolvers.data.dataloaders import DerivedPath, Loaders, StorePath
from resolvers.errors import RequestError
from resolvers.limits import DEFAULT_LIMITS, Limits
from stores.errors import Rejected, StoreError, TimedOut, Unavailable
from stores.ports.stores import Stores
from tests.clock import Clock


class RecordedFailures:
    def __init__(self) -> None:
        self.stores: list[str] = []

    def failed(self, store: str, error: StoreError) -> None:
        self.stores.append(store)


def loaders_with(failures: RecordedFailures, deadline: float = 5.0, limits: Limits = DEFAULT_LIMITS) -> Loaders:
    deadlines = {"profiles": timedelta(seconds=deadline)}
    return Loaders(stores=cast(Stores, None), deadlines=deadlines, failures=failures, now=Clock(), limits=limits)


def path_of(read: Any, batch_size: int = 100) -> StorePath[str, Any, str]:
    return StorePath("profiles", "by_ids", lambda stores, keys, args: read(keys, args), batch_size=batch_size)


async def echo(keys: Sequence[str], args: Any) -> Mapping[str, str]:
    return {key: key.upper() for key in keys if key != "unknown"}


async def test_keys_of_one_turn_are_read_in_one_call_and_unknown_keys_are_none() -> None:
    loaders = loaders_with(RecordedFailures())
    path = path_of(echo)
    found = await asyncio.gather(*(loaders.load(path, key, ()) for key in ("a", "b", "a", "unknown")))
    assert found == ["A", "B", "A", None]
    assert [(batch.store, batch.call, batch.keys) for batch in loaders.batches] == [("profiles", "by_ids", 3)]


async def test_arguments_and_the_batch_size_separate_calls() -> None:
    loaders = loaders_with(RecordedFailures())
    path = path_of(echo, batch_size=2)
    await asyncio.gather(*(loaders.load(path, str(key), args) for key in range(3) for args in ("x", "y")))
    assert sorted(batch.keys for batch in loaders.batches) == [1, 1, 2, 2]


async def test_the_wait_for_a_turn_does_not_count_against_the_deadline() -> None:
    turn, failures = asyncio.Event(), RecordedFailures()
    loaders = loaders_with(failures, deadline=0.05)

    async def queued(on_start: Callable[[], None]) -> str:
        await turn.wait()
        on_start()
        await asyncio.sleep(0.01)
        return "written"

    asyncio.get_running_loop().call_later(0.2, turn.set)
    assert await loaders.call_queued("profiles", "put", 1, queued, max_wait=timedelta(seconds=30)) == "written"
    assert failures.stores == []


async def test_from_its_turn_on_a_write_has_the_deadline_of_its_store() -> None:
    async def stuck(on_start: Callable[[], None]) -> None:
        on_start()
        await asyncio.Event().wait()

    async def never_begun(on_start: Callable[[], None]) -> None:
        await asyncio.Event().wait()

    for work, max_wait in ((stuck, timedelta(seconds=30)), (never_begun, timedelta(milliseconds=10))):
        failures = RecordedFailures()
        loaders = loaders_with(failures, deadline=0.01)
        with pytest.raises(TimedOut):
            await loaders.call_queued("profiles", "put", 1, work, max_wait=max_wait)
        assert failures.stores == ["profiles"]


async def test_a_primed_value_costs_no_call() -> None:
    loaders = loaders_with(RecordedFailures())
    path = path_of(echo)
    loaders.prime(path, "a", (), "brought along")
    assert await loaders.load(path, "a", ()) == "brought along"
    assert loaders.batches == []


async def test_a_missed_deadline_is_a_timeout_and_a_failure_of_that_store() -> None:
    async def stall(keys: Sequence[str], args: Any) -> Mapping[str, str]:
        await asyncio.Event().wait()
        raise AssertionError

    failures = RecordedFailures()
    loaders = loaders_with(failures, deadline=0.01)
    with pytest.raises(TimedOut) as caught:
        await loaders.load(path_of(stall), "a", ())
    assert caught.value.store == "profiles"
    assert failures.stores == ["profiles"]


@pytest.mark.timeout(10)
async def test_a_driver_that_cancels_is_unavailable() -> None:
    async def cancelled(keys: Sequence[str], args: Any) -> Mapping[str, str]:
        raise asyncio.CancelledError

    loaders = loaders_with(RecordedFailures())
    with pytest.raises(Unavailable):
        await loaders.load(path_of(cancelled), "a", ())


async def test_a_cancelled_field_does_not_cancel_others_with_the_same_key() -> None:
    release = asyncio.Event()

    async def slow(keys: Sequence[str], args: Any) -> Mapping[str, str]:
        await release.wait()
        return await echo(keys, args)

    loaders = loaders_with(RecordedFailures())
    path = path_of(slow)
    doomed, other = (asyncio.ensure_future(loaders.load(path, "a", ())) for _ in range(2))
    await asyncio.sleep(0)
    doomed.cancel()
    release.set()
    assert await other == "A"
    assert doomed.cancelled()


async def test_a_call_that_swallows_a_cancellation_is_cancelled_all_the_same() -> None:
    async def swallow() -> str:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return "an answer"

    calling = asyncio.ensure_future(loaders_with(RecordedFailures()).call("profiles", "swallow", 1, swallow()))
    await asyncio.sleep(0)
    calling.cancel()
    await asyncio.wait([calling])
    assert calling.cancelled()


async def test_an_error_that_no_field_receives_is_not_logged() -> None:
    """asyncio reports "exception was never retrieved" to the loop's handler when a future is freed."""
    release, said = asyncio.Event(), list[str]()
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: said.append(context["message"]))

    async def fail(keys: Sequence[str], args: Any) -> Mapping[str, str]:
        await release.wait()
        raise Rejected("profiles", "secret")

    loaders = loaders_with(RecordedFailures())
    doomed = asyncio.ensure_future(loaders.load(path_of(fail), "a", ()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    doomed.cancel()
    release.set()
    for _ in range(10):
        await asyncio.sleep(0)
    del loaders, doomed
    gc.collect()
    assert said == []


async def test_rejected_requests_are_no_failures_of_the_store() -> None:
    async def fail(keys: Sequence[str], args: Any) -> Mapping[str, str]:
        raise args("profiles", "no")

    failures = RecordedFailures()
    loaders = loaders_with(failures)
    for error in (Rejected, Unavailable, TimedOut):
        with pytest.raises(StoreError):
            await loaders.load(path_of(fail), "a", error)
    assert failures.stores == ["profiles", "profiles"]


async def test_a_derived_path_costs_what_it_reads() -> None:
    inner = path_of(echo)

    async def twice(loaders: Loaders, keys: Sequence[str], args: Any) -> Mapping[str, str]:
        found = await loaders.load_many(inner, keys, args)
        return {key: value * 2 for key, value in found.items()}

    loaders = loaders_with(RecordedFailures())
    joined: DerivedPath[str, Any, str] = DerivedPath(twice)
    assert await loaders.load_many(joined, ["a", "b", "unknown"], ()) == {"a": "AA", "b": "BB"}
    assert [batch.keys for batch in loaders.batches] == [3]


async def test_an_operation_makes_no_more_store_calls_than_it_may() -> None:
    loaders = loaders_with(RecordedFailures(), limits=Limits(store_calls=2))
    path = path_of(echo, batch_size=1)
    keys = [loaders.load(path, key, ()) for key in "abc"]
    *found, refused = await asyncio.gather(*keys, return_exceptions=True)
    assert found == ["A", "B"]
    assert isinstance(refused, RequestError)
    assert refused.extensions == {"code": "TOO_MANY_STORE_CALLS"}
    with pytest.raises(RequestError):
        await loaders.call_queued("profiles", "write", 1, lambda on_start: echo(["a"], ()), max_wait=timedelta())
    assert len(loaders.batches) == 2
    loaders.begin_event()
    assert await loaders.load(path, "d", ()) == "D"


async def test_measuring_logs_the_ceiling_of_store_calls_once(caplog: pytest.LogCaptureFixture) -> None:
    loaders = loaders_with(RecordedFailures(), limits=Limits(store_calls=1, mode="measure"))
    path = path_of(echo, batch_size=1)
    assert await asyncio.gather(*(loaders.load(path, key, ()) for key in "abc")) == ["A", "B", "C"]
    assert [record.getMessage() for record in caplog.records] == ["beyond a limit: storeCalls, at most 1"]
