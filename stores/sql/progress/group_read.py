"""Group read: small reads of one process share statements, as its writes share transactions.

A statement for one key costs a gateway as much as one for twenty. Reads that arrive while others run go into the next
statement. It begins after each of them was asked for, so they see what they would have seen alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from stores.cancellation import cancel_requested

Key = TypeVar("Key")
Row = TypeVar("Row")

MOST_KEYS = 10
"""Of a read that shares statements. A larger one would hold up the others."""
CONCURRENT = 2
"""How many statements run before reads wait for one of them: one that is stuck does not stop all."""


class GroupRead(Generic[Key, Row]):
    """Calls `read` with the keys of one or several callers. Unknown keys are absent from its result."""

    def __init__(self, read: Callable[[Sequence[Key]], Awaitable[Mapping[Key, Row]]]) -> None:
        self._read = read
        self._running = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: list[tuple[Sequence[Key], asyncio.Future[Mapping[Key, Row]]]] = []

    async def rows(self, keys: Sequence[Key]) -> Mapping[Key, Row]:
        """The rows of these keys. Raises what `read` raises. A caller that is cancelled does not end the statement that
        it shares with others, unless it is the last one."""
        if len(keys) > MOST_KEYS:
            return await self._read(keys)
        if self._running < CONCURRENT:
            return await self._run(keys)
        future: asyncio.Future[Mapping[Key, Row]] = asyncio.get_running_loop().create_future()
        self._waiting.append((keys, future))
        found = await future
        return {key: found[key] for key in keys if key in found}

    async def _run(self, keys: Sequence[Key]) -> Mapping[Key, Row]:
        self._running += 1
        try:
            return await self._read(keys)
        finally:
            self._running -= 1
            if self._waiting:
                waiting, self._waiting = self._waiting, []
                task = asyncio.create_task(self._run_for(waiting))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _run_for(self, waiting: "Sequence[tuple[Sequence[Key], asyncio.Future[Mapping[Key, Row]]]]") -> None:
        """Read for the callers that still wait, and pass the rows or the error to each.

        The statement has no deadline: each caller has one, and the last one to leave cancels it. Later reads would wait
        for it otherwise."""
        left = [(keys, future) for keys, future in waiting if not future.done()]
        if not left:
            return
        cancel_when_all_left([future for _, future in left])
        try:
            found = await self._run(list(dict.fromkeys(key for keys, _ in left for key in keys)))
        except asyncio.CancelledError:
            if not cancel_requested():
                raise
            # No CancelledError: the task would keep it, and its frames refer to the task, a cycle.
        except Exception as error:
            for _, future in left:
                if not future.done():
                    future.set_exception(error)
        else:
            for _, future in left:
                if not future.done():
                    future.set_result(found)
        finally:
            for _, future in left:
                future.cancel()  # does nothing to those that have their rows


def cancel_when_all_left(futures: "Sequence[asyncio.Future[Any]]") -> None:
    """Cancel the current task once all these futures are done."""
    task, waiting = asyncio.current_task(), set(futures)

    def leave(future: "asyncio.Future[Any]") -> None:
        waiting.discard(future)
        if not waiting and task is not None:
            task.cancel()  # does nothing to a task that has ended, because all have their rows

    for future in futures:
        future.add_done_callback(leave)
