"""Spreads much work over turns of the event loop, so that no turn takes long."""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial


class LoopTurns:
    """Runs at most `at_once` pieces of work in each turn of the event loop, in order."""

    def __init__(self, at_once: int) -> None:
        self._at_once = self._left = at_once
        self._waiting: deque[Callable[[], None]] = deque()
        self._scheduled = False

    def run(self, work: Callable[[], None]) -> None:
        """Run `work` now, or in a later turn of the event loop if this one has run enough."""
        if self._left > 0 and not self._waiting:
            self._left -= 1
            work()
        else:
            self._waiting.append(work)
        self._schedule()

    async def take(self) -> None:
        """Continue now, or in a later turn. A task that is cancelled while it waits leaves its place unused."""
        if self._left > 0 and not self._waiting:
            self._left -= 1
            self._schedule()
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(partial(_set, turn))
        self._schedule()
        await turn

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._next_turn)

    def _next_turn(self) -> None:
        self._scheduled = False
        self._left = self._at_once
        while self._waiting and self._left > 0:
            self._left -= 1
            self._waiting.popleft()()
        if self._left < self._at_once:
            self._schedule()


def _set(turn: "asyncio.Future[None]") -> None:
    if not turn.done():
        turn.set_result(None)
