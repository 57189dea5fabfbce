"""A clock that goes on by waiting for it, as far as a test lets it."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

from tests.clock import Clock


class Over(Exception):
    """The time that a test gave is over."""


class Pacer(Clock):
    def __init__(self) -> None:
        super().__init__()
        self._until = self()

    async def wait(self, seconds: float) -> None:
        if self() + timedelta(seconds=seconds) > self._until:
            raise Over
        # Whole milliseconds, as the gateway's clock; never short of what was asked for.
        self.forward(timedelta(milliseconds=-(-seconds * 1000 // 1)))
        await asyncio.sleep(0)

    async def run(self, work: Awaitable[None], until: timedelta) -> None:
        """Work that waits by this clock, for so long from now."""
        self._until = self() + until
        try:
            await work
        except Over:
            self.forward(self._until - self())
