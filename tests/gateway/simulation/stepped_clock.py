"""A clock that moves only when code waits for it, as far as the test allows."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

from tests.clock import Clock


class TimeIsUp(Exception):
    """The time that a test allows has passed."""


class SteppedClock(Clock):
    """`wait` moves the clock at once, and ends the work that waits at the end of `run`."""

    def __init__(self) -> None:
        super().__init__()
        self._end = self()

    async def wait(self, seconds: float) -> None:
        """Move the clock by `seconds`, rounded up to the gateway's precision of milliseconds."""
        if self() + timedelta(seconds=seconds) > self._end:
            raise TimeIsUp
        self.forward(timedelta(milliseconds=-(-seconds * 1000 // 1)))
        await asyncio.sleep(0)

    async def run(self, work: Awaitable[None], until: timedelta) -> None:
        """Run work that waits by this clock, for at most `until` from now."""
        self._end = self() + until
        try:
            await work
        except TimeIsUp:
            self.forward(self._end - self())
