"""Work that goes on only while a lease holds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Leased:
    """`until`: the moment of the loop's clock at which the lease ends, unless it is renewed."""

    def __init__(self) -> None:
        self.until = 0.0
        self._under_way: dict[asyncio.Timeout, float] = {}

    def renew(self, until: float) -> None:
        """What is under way goes on, too, as long as it may by itself."""
        self.until = until
        for timeout, ends in self._under_way.items():
            if not timeout.expired():
                timeout.reschedule(min(until, ends))

    @asynccontextmanager
    async def at_most(self, seconds: float) -> AsyncIterator[None]:
        """`TimeoutError` when that is over, or the lease."""
        ends = asyncio.get_running_loop().time() + seconds
        async with asyncio.timeout_at(min(self.until, ends)) as timeout:
            self._under_way[timeout] = ends
            try:
                yield
            finally:
                del self._under_way[timeout]
