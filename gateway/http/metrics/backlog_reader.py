"""Reads the backlog of the outbox for a scrape. A scrape does not wait for a store that is slow."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from stores.cancellation import cancel_and_wait
from stores.domain.outbox import Backlog, Consumer
from stores.errors import StoreError
from stores.ports.outbox import Outbox

WAIT = timedelta(seconds=0.1)
"""How long a scrape waits for the backlog."""
DEADLINE = timedelta(seconds=5)
FRESH = timedelta(seconds=5)
"""How long one read serves all scrapes."""
OLDEST = timedelta(seconds=60)
"""A backlog that is older is not known."""


class BacklogReader:
    """`now` is the clock of the ages."""

    def __init__(self, outbox: Outbox, *, now: Callable[[], datetime], wait: timedelta = WAIT) -> None:
        self._outbox = outbox
        self._now = now
        self._wait = wait.total_seconds()
        self._found: Mapping[Consumer, Backlog] = {}
        self._read_at: datetime | None = None
        self._reading: asyncio.Task[None] | None = None

    async def refresh(self) -> None:
        """Read the backlog if it is not fresh. Returns after a moment at the latest; the read goes on then."""
        if self._age() < FRESH:
            return
        if self._reading is None:
            self._reading = asyncio.create_task(self._read(), name="backlog for the metrics")
        await asyncio.wait({self._reading}, timeout=self._wait)

    def waiting(self) -> Mapping[Consumer, int]:
        """How many commits wait for each consumer; empty if it is not known."""
        return {consumer: backlog.waiting for consumer, backlog in self._known().items()}

    def lags(self) -> Mapping[Consumer, float]:
        """The age of the oldest commit that waits for each consumer, in seconds; empty if it is not known."""
        now = self._now()
        return {
            consumer: 0.0 if backlog.oldest is None else max(0.0, (now - backlog.oldest).total_seconds())
            for consumer, backlog in self._known().items()
        }

    async def aclose(self) -> None:
        """End a read that is under way."""
        if self._reading is not None:
            await cancel_and_wait([self._reading])

    def _known(self) -> Mapping[Consumer, Backlog]:
        return self._found if self._age() < OLDEST else {}

    def _age(self) -> timedelta:
        return timedelta.max if self._read_at is None else self._now() - self._read_at

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(DEADLINE.total_seconds()):
                self._found = await self._outbox.backlog()
            self._read_at = self._now()
        except (StoreError, TimeoutError):
            pass  # the ping of the outbox reports the reason
        finally:
            self._reading = None
