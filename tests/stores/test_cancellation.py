"""Tasks end although a cancellation was swallowed."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager as ContextManager
from contextlib import suppress

import pytest

from stores.cancellation import ATTEMPTS, Deadline, cancel_and_wait, cancel_requested, preserve_cancellation
from stores.mongo.client import translate_errors as mongo
from stores.redis.client import translate_errors as redis
from stores.sql.core.errors import translate_errors as sql


async def swallow(times: int) -> None:
    """Waits for ever, and swallows so many cancellations."""
    for _ in range(times):
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
    await asyncio.Event().wait()


async def started(*tasks: "asyncio.Task[None]") -> "list[asyncio.Task[None]]":
    await asyncio.sleep(0)
    return list(tasks)


async def test_a_swallowed_cancellation_is_repeated() -> None:
    tasks = await started(*(asyncio.create_task(swallow(times)) for times in (0, 1, 3)))
    await cancel_and_wait(tasks, repeat_seconds=0.001)
    assert all(task.cancelled() for task in tasks)


async def test_a_task_is_cancelled_once_while_it_cleans_up() -> None:
    clean = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            clean.set()

    await cancel_and_wait(await started(asyncio.create_task(work())))
    assert clean.is_set()


async def test_results_and_errors_stay_with_the_tasks() -> None:
    async def fail() -> None:
        raise KeyError("x")

    async def succeed() -> None:
        return None

    failed, done = await started(asyncio.create_task(fail()), asyncio.create_task(succeed()))
    await cancel_and_wait([failed, done])
    await cancel_and_wait([])
    assert isinstance(failed.exception(), KeyError)
    assert not done.cancelled()


async def test_a_task_that_survives_every_cancellation_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    [task] = await started(asyncio.create_task(swallow(ATTEMPTS)))
    with caplog.at_level(logging.ERROR):
        await cancel_and_wait([task], repeat_seconds=0.001)
    assert not task.done()
    assert [record.message for record in caplog.records] == ["tasks did not end when cancelled"]
    await cancel_and_wait([task])


@pytest.mark.parametrize("translated", [mongo, redis, sql])
async def test_every_driver_call_raises_a_swallowed_cancellation(
    translated: Callable[[str], ContextManager[None]],
) -> None:
    async def work() -> None:
        with translated("store"), suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    [task] = await started(asyncio.create_task(work()))
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


@pytest.mark.parametrize("error", [None, KeyError("the driver's own")])
async def test_a_block_raises_the_cancellation_that_a_driver_swallowed(error: Exception | None) -> None:
    async def work() -> None:
        assert not cancel_requested()
        with preserve_cancellation():
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            assert cancel_requested()
            if error:
                raise error

    [task] = await started(asyncio.create_task(work()))
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


async def test_a_timeout_within_the_block_is_no_cancellation() -> None:
    with pytest.raises(TimeoutError), preserve_cancellation():
        async with asyncio.timeout(0):
            await asyncio.Event().wait()


async def test_a_timeout_around_the_block_stays_a_timeout() -> None:
    async def work() -> None:
        async with asyncio.timeout(0):
            with preserve_cancellation(), suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await work()


async def test_a_block_that_takes_too_long_is_cancelled() -> None:
    with pytest.raises(TimeoutError), Deadline(0.001) as deadline:
        await asyncio.Event().wait()
    assert deadline.expired
    assert not cancel_requested()


@pytest.mark.parametrize("error", [asyncio.CancelledError, Exception])
async def test_a_driver_cannot_swallow_a_deadline(error: type[BaseException]) -> None:
    async def driver() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        raise error

    with pytest.raises(TimeoutError), Deadline(0.001):
        await driver()
    with pytest.raises(TimeoutError), Deadline(0.001), suppress(BaseException):
        await driver()


async def test_a_block_within_its_deadline_keeps_its_result_and_its_error() -> None:
    with Deadline(9) as deadline:
        await asyncio.sleep(0)
    assert not deadline.expired
    with pytest.raises(KeyError), Deadline(None):
        raise KeyError
    with pytest.raises(asyncio.CancelledError), Deadline(9):  # the driver's, not the task's
        raise asyncio.CancelledError


async def test_a_deadline_counts_anew() -> None:
    with Deadline(9) as deadline:
        deadline.restart(0.001)
        with pytest.raises(asyncio.CancelledError):
            await asyncio.Event().wait()
        deadline.restart(9)
        with pytest.raises(TimeoutError):
            deadline.__exit__(None, None, None)


@pytest.mark.parametrize("swallowed", [False, True])
async def test_a_task_that_is_cancelled_by_others_is_cancelled(swallowed: bool) -> None:
    async def work() -> None:
        with Deadline(9), suppress(*[asyncio.CancelledError] * swallowed):
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_inner_of_two_deadlines_does_not_end_the_outer() -> None:
    with Deadline(9) as outer:
        with pytest.raises(TimeoutError), Deadline(0.001):
            await asyncio.Event().wait()
        await asyncio.sleep(0)
    assert not outer.expired
