"""The partitions that this relay has leased, and work that must end with the lease."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from stores.domain.outbox import LEASE


class Lease:
    """The partitions of one relay, valid until `until` by the clock of the event loop.

    A relay starts no new ordered delivery for a partition that it must release, but keeps the lease until the current
    one ends; otherwise another relay could publish later commits before it.
    """

    def __init__(self) -> None:
        self.partitions: frozenset[int] = frozenset()
        self.until = 0.0
        self.granted = asyncio.Event()
        """Set by the first renewal."""
        self._renewing = asyncio.Lock()
        self._in_use: list[frozenset[int]] = []
        self._timeouts: set[asyncio.Timeout] = set()

    @asynccontextmanager
    async def renewing(self) -> AsyncIterator[Collection[int]]:
        """The partitions in use. No use of the lease begins before the block ends."""
        async with self._renewing:
            yield frozenset().union(*self._in_use)

    def renew(self, partitions: frozenset[int], *, asked_at: float) -> None:
        """Replace the partitions and extend the lease. It counts from `asked_at`, before the store was asked, so it
        never outlasts the store's own. Running timeouts are extended, too."""
        self.partitions = partitions
        self.until = asked_at + LEASE.total_seconds()
        for timeout in self._timeouts:
            if not timeout.expired():
                timeout.reschedule(self.until)
        self.granted.set()

    @asynccontextmanager
    async def use(self) -> AsyncIterator[frozenset[int]]:
        """The leased partitions. They are in use until the block ends."""
        async with self._renewing:
            partitions = self.partitions
            self._in_use.append(partitions)
        try:
            yield partitions
        finally:
            self._in_use.remove(partitions)

    @asynccontextmanager
    async def timeout(self) -> AsyncIterator[None]:
        """Raise `TimeoutError` when the lease ends: another relay may deliver then."""
        async with asyncio.timeout_at(self.until) as timeout:
            self._timeouts.add(timeout)
            try:
                yield
            finally:
                self._timeouts.discard(timeout)
