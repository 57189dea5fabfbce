"""Take the pending commits of the outbox for one consumer, deliver them, settle them."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import suppress
from time import perf_counter
from typing import TypeAlias

from gateway.relay.bisection import bisect_rejected
from gateway.relay.delivery_trace import DeliveryTraces, traced_delivery
from gateway.relay.lease import Lease
from gateway.relay.observer import RelayObserver
from stores.batches import DELIVERED_EVENTS, RELAYED_COMMITS
from stores.domain.outbox import Commit, Consumer, partition_of
from stores.errors import Rejected, TimedOut
from stores.ports.stores import Stores

log = logging.getLogger("quadrangle.relay")

Deliver: TypeAlias = Callable[[Stores, Sequence[Commit]], Awaitable[None]]
FEW_COMMITS = 3
CONCURRENT_DELIVERIES = 3
"""How many deliveries an `UnorderedLoop` runs at a time: while the consumer stores one, the next is prepared."""


class DeliveryLoop(ABC):
    """The deliveries of one relay to one consumer. The other consumer has its own loop, so neither holds up the other.

    `poll`: seconds after which the outbox is read again although nothing woke the loop; `pause`: seconds for which it
    collects commits after a delivery, unless more wait already. `traces`: None if deliveries are not traced.
    """

    def __init__(
        self,
        stores: Stores,
        consumer: Consumer,
        deliver: Deliver,
        *,
        lease: Lease,
        poll: float,
        pause: float,
        observer: RelayObserver,
        traces: DeliveryTraces | None = None,
    ) -> None:
        self._stores = stores
        self._consumer = consumer
        self._deliver = deliver
        self._lease = lease
        self._poll = poll
        self._pause = pause
        self._traces = traces
        self._observer = observer
        self._most = DELIVERED_EVENTS
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Read the outbox soon, because there may be new commits."""
        self._woken.set()

    async def step(self) -> None:
        """Deliver what is pending; if nothing is, wait for a wake-up or the next poll. After a timeout the batches of
        the next step are half as large, however many deliveries timed out in this one."""
        await self._lease.granted.wait()
        started = perf_counter()
        partitions, tried = self._lease.partitions, self._most
        try:
            taken = await self.deliver_pending()
        except (TimeoutError, TimedOut):
            self._most = max(1, tried // 2)
            raise
        self._most = min(DELIVERED_EVENTS, 2 * tried)
        if more_wait(taken, partitions):
            return
        if len(taken) > FEW_COMMITS:
            # Under load the loop works at most half of the time; commits that arrive meanwhile share a delivery.
            await asyncio.sleep(perf_counter() - started)
        elif not taken:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await self._woken.wait()
        self._woken.clear()
        await asyncio.sleep(self._pause)

    @abstractmethod
    async def deliver_pending(self) -> Sequence[Commit]:
        """Take commits of the leased partitions and deliver them in batches. Return those that were taken."""

    async def _take(self, partitions: Collection[int]) -> Sequence[Commit]:
        return await self._stores.outbox.take(self._consumer, partitions, most=RELAYED_COMMITS)

    def _batches(self, commits: Sequence[Commit]) -> Iterator[Sequence[Commit]]:
        """Cut commits into batches of about so many events as the last deliveries suggest, and one commit at least."""
        batch: list[Commit] = []
        size = 0
        for commit in commits:
            if batch and size + size_of(commit) > self._most:
                yield batch
                batch, size = [], 0
            batch.append(commit)
            size += size_of(commit)
        if batch:
            yield batch

    async def _deliver_batch(self, batch: Sequence[Commit]) -> None:
        await bisect_rejected(batch, self._deliver_and_settle, on_rejected=self._skip)

    async def _deliver_and_settle(self, commits: Sequence[Commit]) -> None:
        started = perf_counter()
        await traced_delivery(self._traces, self._consumer, self._stores, commits, self._deliver)
        await self._stores.outbox.settle(self._consumer, commits)
        self._observer.delivered(self._consumer, len(commits), perf_counter() - started)

    async def _skip(self, commit: Commit, error: Rejected) -> None:
        """Settle a commit that the consumer cannot store as a whole: it would hold up its partition for ever. It stays
        in the ledger."""
        details = {
            "consumer": self._consumer.value,
            "registration": str(commit.registration),
            "number": commit.number,
        }
        log.error("skipped a commit that the consumer rejected", exc_info=error, extra=details)
        await self._stores.outbox.settle(self._consumer, [commit])
        self._observer.skipped(self._consumer)


class OrderedLoop(DeliveryLoop):
    """One delivery at a time, in the order of each registration's commits, and none outside the lease of its
    partition: another relay may deliver then."""

    async def deliver_pending(self) -> Sequence[Commit]:
        async with self._lease.use() as partitions, self._lease.timeout():
            commits = await self._take(partitions)
            for batch in self._batches(commits):
                await self._deliver_batch(batch)
            return commits


class UnorderedLoop(DeliveryLoop):
    """Several deliveries at a time, for a consumer whose writes commute and are idempotent. Each is settled by itself;
    it may outlast the lease, because a delivery by two relays is harmless."""

    async def deliver_pending(self) -> Sequence[Commit]:
        commits = await self._take(self._lease.partitions)
        free = asyncio.Semaphore(CONCURRENT_DELIVERIES)

        async def deliver(batch: Sequence[Commit]) -> None:
            async with free:
                await self._deliver_batch(batch)

        results = await asyncio.gather(*map(deliver, self._batches(commits)), return_exceptions=True)
        for error in results:
            if error is not None:
                raise error
        return commits


def more_wait(taken: Sequence[Commit], partitions: Collection[int]) -> bool:
    """Whether more commits wait: some partition gave as many as `Outbox.take` takes of each, or they are large."""
    counts = Counter(partition_of(commit.registration) for commit in taken)
    most = max(counts.values(), default=0)
    return most >= RELAYED_COMMITS / max(1, len(partitions)) or sum(map(size_of, taken)) >= DELIVERED_EVENTS


def size_of(commit: Commit) -> int:
    """How many events a commit has to deliver, one at least."""
    return max(1, len(commit.events) + len(commit.voided))
