"""One call of a store: admitted by its guard, and within its deadline. A read is made once more if it fails."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from time import perf_counter
from typing import Protocol, TypeVar

from resolvers.data.guards import Guard
from stores.cancellation import Deadline, cancel_requested
from stores.errors import Fault, OutOfTime, TimedOut, Unavailable

T = TypeVar("T")
FROM_MEMORY = 0.0001
"""A call that took fewer seconds was answered by a cache of the store's client, such as that of courses. It says
nothing about the server: a network takes longer."""
BUSY = 0.5
"""Seconds by which a deadline is late in a process that is too busy to receive answers."""


class RunRead(Protocol):
    """Makes one read of a store."""

    async def __call__(self, store: str, read: Callable[[], Awaitable[T]], /) -> T:
        """The result of `read`, which may be called twice."""


async def unguarded_read(store: str, read: Callable[[], Awaitable[T]], /) -> T:
    """Make a read without a guard and without a deadline."""
    return await read()


async def guarded_call(
    store: str,
    guard: Guard,
    work: Callable[[Callable[[], None]], Awaitable[T]],
    *,
    own: float,
    seconds: float,
    max_wait: float = 0.0,
) -> T:
    """The result of `work`, within `seconds`, which are the store's `own` deadline or less.

    `work` is given a function to call when its turn in the store's queue comes, after at most `max_wait` seconds: the
    deadline counts from then on. Raises the store's `StoreError`, `CircuitOpen` by the guard, `TimedOut` after the
    deadline, and `Unavailable` if the driver cancels the call: a `CancelledError` that is not ours would end the caller
    without an error. It is no failure of the store if a call had less time than that deadline, or if this process was
    too busy to receive the answer, or if the store answered that what was read is being recomputed. An answer from a
    cache of the store's client does not count.
    """
    if seconds <= 0:
        raise OutOfTime(store)
    period: int | None = None
    answered: bool | None = None
    deadline = Deadline(max_wait + seconds)
    try:
        with deadline:
            period = await guard.enter()
            began = perf_counter()
            found = await work(partial(deadline.restart, seconds))
            answered = None if perf_counter() - began < FROM_MEMORY else True
        return found
    except TimeoutError:
        if seconds < own:
            raise OutOfTime(store) from None
        answered = None if deadline.late > BUSY else False
        raise TimedOut(store, "no answer within its deadline") from None
    except asyncio.CancelledError:
        if cancel_requested():
            raise
        answered = False
        raise Unavailable(store, "the driver cancelled the call") from None
    except (TimedOut, Unavailable) as error:
        answered = _is_answer(error)
        raise
    except Exception:
        answered = True  # the store refused a value, for example
        raise
    finally:
        if period is not None:
            guard.leave(period, answered=answered)


async def read_twice(guard: Guard, read: Callable[[], Awaitable[T]]) -> T:
    """The result of a read; of a second one if the store was unavailable and the guard lets it be repeated."""
    try:
        return await read()
    except (TimedOut, Unavailable) as error:
        pause = None if _is_answer(error) else guard.pause()
        if pause is None:
            raise
    await asyncio.sleep(pause)
    return await read()


def _is_answer(error: TimedOut | Unavailable) -> bool:
    """Whether the store works, but not for these values yet."""
    return error.fault is Fault.REBUILDING
