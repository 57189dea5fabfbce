"""Take the pending commits of the outbox for one consumer, deliver them, settle them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from time import perf_counter
from typing import TypeAlias

from gateway.portions import Portions
from gateway.relay.bisection import bisect_rejected
from gateway.relay.lease import Lease
from stores.batches import RELAYED_COMMITS
from stores.domain.outbox import LEASE, Commit, Consumer
from stores.errors import Rejected, TimedOut
from stores.ports.stores import Stores

log = logging.getLogger("quadrangle.relay")

Deliver: TypeAlias = Callable[[Stores, Sequence[Commit]], Awaitable[None]]
FEW_COMMITS = 3


class DeliveryLoop:
    """The deliveries of one relay to one consumer. The other consumer has its own loop, so neither holds up the other.

    `poll`: seconds after which the outbox is read again although nothing woke the loop. `on_failure` is called with
    commits whose delivery failed: the consumer may have them or not.
    """

    def __init__(
        self,
        stores: Stores,
        consumer: Consumer,
        deliver: Deliver,
        *,
        lease: Lease,
        poll: float,
        on_failure: Callable[[Sequence[Commit]], None] = lambda commits: None,
    ) -> None:
        self._stores = stores
        self._consumer = consumer
        self._deliver = deliver
        self._lease = lease
        self._poll = poll
        self._on_failure = on_failure
        self._portions = Portions()
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There may be new commits."""
        self._woken.set()

    async def step(self) -> None:
        """Deliver what is pending; if nothing is, wait for a wake-up or the next poll."""
        await self._lease.granted.wait()
        started = perf_counter()
        taken = await self.deliver_pending()
        if taken > FEW_COMMITS:
            # Under load the loop works at most half of the time; commits that arrive meanwhile share a delivery.
            await asyncio.sleep(perf_counter() - started)
        elif not taken:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await self._woken.wait()
        self._woken.clear()

    async def deliver_pending(self) -> int:
        """Take commits of the leased partitions and deliver them in batches. Return how many were taken."""
        async with self._lease.use() as partitions:
            async with self._lease.timeout(LEASE.total_seconds()):
                commits = await self._stores.outbox.take(self._consumer, partitions, most=RELAYED_COMMITS)
            self._portions.keep(partitions)
            for batch in self._portions.of(commits):
                await self._deliver_batch(batch)
            return len(commits)

    async def _deliver_batch(self, batch: Sequence[Commit]) -> None:
        try:
            async with self._lease.timeout(self._portions.seconds(batch)):
                await bisect_rejected(batch, self._deliver_and_settle, on_rejected=self._skip)
        except Exception as error:
            self._on_failure(batch)
            if isinstance(error, TimeoutError | TimedOut):
                self._portions.took_too_long(batch)
            raise
        self._portions.delivered(batch)

    async def _deliver_and_settle(self, commits: Sequence[Commit]) -> None:
        await self._deliver(self._stores, commits)
        await self._stores.outbox.settle(self._consumer, commits)

    async def _skip(self, commit: Commit, error: Rejected) -> None:
        """Settle a commit that the consumer cannot store: it would hold up its partition for ever. It stays in the
        ledger."""
        details = {
            "consumer": self._consumer.value,
            "registration": str(commit.registration),
            "number": commit.number,
        }
        log.error("skipped a commit that the consumer rejected", exc_info=error, extra=details)
        await self._stores.outbox.settle(self._consumer, [commit])
