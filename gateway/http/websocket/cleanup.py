"""Cleans up lost connections a few at a time."""

import asyncio
from collections import deque
from collections.abc import Callable

AT_ONCE = 20
"""Connections for each turn of the event loop. One takes about half a millisecond, over several turns."""


class CleanUp:
    """Runs the clean-up of lost connections. Thousands that are lost at once, as when a proxy restarts, must not stop
    the event loop: each starts the end of its operations."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._left = AT_ONCE
        self._scheduled = False

    def run(self, work: Callable[[], None]) -> None:
        """Run `work` now, or in a later turn of the event loop if this one has run enough."""
        if self._left > 0:
            self._left -= 1
            work()
        else:
            self._waiting.append(work)
        self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._next_turn)

    def _next_turn(self) -> None:
        self._scheduled = False
        self._left = AT_ONCE
        while self._waiting and self._left > 0:
            self._left -= 1
            self._waiting.popleft()()
        if self._left < AT_ONCE:
            self._schedule()
