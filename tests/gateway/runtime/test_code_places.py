"""Where tasks and frames are."""

import asyncio
import sys
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from types import coroutine

from gateway.runtime.code_places import MOST_PLACES, places_of_frame, places_of_task


async def wait(depth: int) -> None:
    if depth:
        await wait(depth - 1)
    else:
        await asyncio.Event().wait()


async def values() -> AsyncIterator[int]:
    await wait(0)
    yield 1


@asynccontextmanager
async def block() -> AsyncIterator[None]:
    await wait(0)
    yield


@coroutine
def generator() -> Generator[object, None, None]:
    yield from asyncio.sleep(9).__await__()


async def iterate() -> None:
    async for _ in values():
        pass


async def enter() -> None:
    async with block():
        pass


async def use_generator() -> None:
    await generator()


async def functions(task: "asyncio.Task[None]") -> list[str]:
    await asyncio.sleep(0)
    places = places_of_task(task)
    task.cancel()
    await asyncio.wait([task])
    return [place.rpartition(" ")[2] for place in places]


async def test_the_places_of_a_task_lead_to_where_it_waits() -> None:
    task = asyncio.create_task(wait(0))
    await asyncio.sleep(0)
    line = wait.__code__.co_firstlineno + 4
    assert places_of_task(task)[0] == f"gateway/runtime/test_code_places.py:{line} wait"
    assert await functions(task) == ["wait", "wait"]
    assert await functions(asyncio.create_task(iterate())) == ["iterate", "values", "wait", "wait"]
    assert (await functions(asyncio.create_task(enter())))[-3:] == ["block", "wait", "wait"]
    assert await functions(asyncio.create_task(use_generator())) == ["use_generator", "generator", "sleep"]


async def test_a_task_without_a_stack_has_no_places() -> None:
    task = asyncio.create_task(asyncio.sleep(0))
    await task
    assert places_of_task(task) == []


async def test_deep_stacks_are_cut() -> None:
    assert len(await functions(asyncio.create_task(wait(MOST_PLACES + 5)))) == MOST_PLACES


def test_the_places_of_a_frame_end_with_the_innermost() -> None:
    places = places_of_frame(sys._getframe())
    assert places[-1].endswith("test_the_places_of_a_frame_end_with_the_innermost")
    assert len(places) == MOST_PLACES
    assert places_of_frame(None) == []
