"""One store call that several operations await."""

import asyncio
from collections.abc import Awaitable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from stores.cancellation import drop_error, preserve_cancellation

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Flight(Generic[K, V]):
    """A call under way, in a task of its own.

    It has no deadline: each operation that awaits it has one, and the last one to leave cancels it. `keys` are those
    that it reads, and `began` is when. `stale`: keys that were written since, whose values must not be kept.
    """

    __slots__ = ("_task", "_waiters", "began", "keys", "stale")
    _task: "asyncio.Task[Mapping[K, V]]"

    def __init__(self, keys: Sequence[K], *, began: float) -> None:
        self.keys = keys
        self.began = began
        self.stale: set[K] = set()
        self._waiters = 0

    def start(self, reading: Awaitable[Mapping[K, V]]) -> "asyncio.Task[Mapping[K, V]]":
        """Begin the call, before the first `join`."""
        self._task = asyncio.create_task(_read(reading))
        self._task.add_done_callback(drop_error)
        return self._task

    def join(self) -> None:
        """Count an operation that will await the call."""
        self._waiters += 1

    def leave(self) -> bool:
        """Count an operation less. Returns whether this cancels the call."""
        self._waiters -= 1
        return self._waiters == 0 and self._task.cancel()

    async def values(self) -> Mapping[K, V]:
        """What the call returns, or raises: `CancelledError` if the driver cancels it."""
        return await asyncio.shield(self._task)


async def _read(reading: Awaitable[Mapping[K, V]]) -> Mapping[K, V]:
    with preserve_cancellation():
        return await reading
