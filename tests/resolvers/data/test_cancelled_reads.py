"""Reads of operations that are cancelled, and reads that something else cancels."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from resolvers.data.dataloaders import DerivedPath, Loaders, StorePath
from tests.resolvers.data.test_dataloaders import RecordedFailures, echo, loaders_with, path_of


async def test_what_is_cancelled_before_it_begins_reads_nothing_and_the_next_event_reads() -> None:
    called: list[Sequence[str]] = []

    async def recorded(keys: Sequence[str], args: Any) -> Mapping[str, str]:
        called.append(keys)
        return dict.fromkeys(keys, "there")

    async def derived(loaders: Loaders, keys: Sequence[str], args: Any) -> Mapping[str, str]:
        return await loaders.load_many(path, keys, args)

    path, above = path_of(recorded), DerivedPath(derived)
    loaders = loaders_with(RecordedFailures())
    left = [loaders.load_many(above, ["a"], ()), loaders.load_many(path, ["b"], ())]
    loaders.cancel()
    with pytest.raises(RuntimeError, match="cancelled"):
        await asyncio.wait_for(loaders.load_many(path, ["c"], ()), 5)
    for _ in range(5):
        await asyncio.sleep(0)
    assert called == []
    assert not any(future.done() for future in left)
    loaders.begin_event()
    async with asyncio.timeout(5):
        assert await loaders.load_many(above, ["d"], ()) == {"d": "there"}
    assert called == [["d"]]


async def test_a_read_that_a_library_cancels_or_whose_rows_cannot_be_primed_is_an_error() -> None:
    async def cancelled(loaders: Loaders, keys: Sequence[str], args: Any) -> Mapping[str, str]:
        raise asyncio.CancelledError

    def unprimed(loaders: Loaders, found: Mapping[str, str]) -> None:
        raise ValueError("no such path")

    loaders = loaders_with(RecordedFailures())
    primed: StorePath[str, Any, str] = StorePath(
        "profiles", "by_ids", lambda stores, keys, args: echo(keys, args), prime=unprimed
    )
    async with asyncio.timeout(5):
        with pytest.raises(RuntimeError):
            await loaders.load_many(DerivedPath(cancelled), ["a"], ())
        with pytest.raises(ValueError, match="no such path"):
            await loaders.load_many(primed, ["a"], ())


async def test_a_field_of_graphql_core_that_is_cancelled_with_its_operation_leaves_no_task() -> None:
    entered = asyncio.Event()

    async def endless(keys: Sequence[str], args: Any) -> Mapping[str, str]:
        entered.set()
        await asyncio.Event().wait()
        raise AssertionError

    loaders = loaders_with(RecordedFailures())
    field = asyncio.create_task(loaders.load(path_of(endless), "a", ()))
    await asyncio.wait_for(entered.wait(), 5)
    field.cancel()
    loaders.cancel()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    async with asyncio.timeout(5):
        await asyncio.wait(left)
    assert asyncio.all_tasks() == {asyncio.current_task()}
