"""The execution of one event for all subscribers that wait for it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Generic, TypeVar

from stores.cancellation import cancel_and_wait

T = TypeVar("T")


class EventExecution(Generic[T]):
    """One execution of an event, and its result.

    `number` counts the executions of the group, `ended_at` is a time of the event loop. `charged`: what the execution
    costs beyond the estimate. It is cancelled when its last waiter leaves.
    """

    __slots__ = ("_started", "_task", "_waiting", "charged", "ended_at", "event", "number", "result", "size")

    def __init__(self, number: int, event: object) -> None:
        self.number = number
        self.event = event
        self.charged = 0.0
        self.result: T | None = None
        self.ended_at = 0.0
        self.size = 0
        self._started = False
        self._task: asyncio.Task[None] | None = None
        self._waiting: set[asyncio.Future[None]] = set()

    @property
    def is_abandoned(self) -> bool:
        """Whether it was cancelled, so that it will have no result."""
        return self._task is not None and self.result is None and (self._task.done() or self._task.cancelling() > 0)

    def charge(self, cost: float) -> None:
        """Take a cost of the execution."""
        self.charged += cost

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work that ends with `end`."""
        self._task = asyncio.create_task(self._run(work), name="event of a group")

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._started = True
        await work

    def end(self, result: T, size: int) -> None:
        """Give the result to all waiters. `size`: its bytes."""
        self.result, self.size, self.ended_at = result, size, asyncio.get_running_loop().time()
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self) -> None:
        """Wait for the result. The last waiter that is cancelled cancels the execution."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)
            if self.result is None and not self._waiting and self._task is not None:
                if not self._started:
                    await asyncio.sleep(0)  # else nothing would have awaited what it waits for: a warning
                await cancel_and_wait([self._task])
