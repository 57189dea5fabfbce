"""The relay: leases partitions of the outbox, delivers their pending commits to the consumers, settles them.

Any number of relays may run. A registration has one publisher to live feeds at a time. When a relay is killed, another
takes its partitions as soon as their leases end. A consumer that is down does not hold up the other one; it catches up
later.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gateway.relay.announcement import announce_commits
from gateway.relay.delivery import deliver_to_live, deliver_to_timeline
from gateway.relay.delivery_loop import OrderedLoop, UnorderedLoop
from gateway.relay.delivery_trace import DeliveryTraces
from gateway.relay.lease import Lease
from gateway.relay.observer import RelayObserver, Unobserved
from gateway.relay.repeat import repeat
from resolvers.data.store_calls import Failures
from stores.backoff import Backoff
from stores.batches import SAVED_RESUME_POINTS
from stores.cancellation import cancel_and_wait
from stores.domain.outbox import LEASE, PARTITIONS, Consumer
from stores.domain.updates import OUTBOX_CHANNEL
from stores.errors import StoreError
from stores.ports.stores import Stores

RELEASE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds between the steps of a relay's work.

    `poll`: how often the outbox is read without a wake-up. `timeline_pause`, `live_pause`: how long a consumer collects
    commits after a delivery; few large deliveries cost less than many small ones. `first_backoff`, `longest_backoff`:
    after errors.
    """

    claim: float = LEASE.total_seconds() / 4
    poll: float = 0.5
    timeline_pause: float = 0.15
    live_pause: float = 0.002
    checkpoint: float = 10.0
    first_backoff: float = 0.1
    longest_backoff: float = 2.0


class Relay:
    """`holder` is this relay's name in the leases. `failures` is notified of each store that fails, `observer` of each
    delivery. `traces`: None if deliveries are not traced."""

    def __init__(
        self,
        stores: Stores,
        *,
        holder: str,
        failures: Failures,
        observer: RelayObserver | None = None,
        pace: Pace | None = None,
        traces: DeliveryTraces | None = None,
    ) -> None:
        self._stores = stores
        self._holder = holder
        self._failures = failures
        self._pace = pace or Pace()
        self._lease = Lease()
        self._observer = observer or Unobserved()
        shared: Any = {"lease": self._lease, "poll": self._pace.poll, "observer": self._observer, "traces": traces}
        self._timeline = UnorderedLoop(
            stores, Consumer.TIMELINE, deliver_to_timeline, pause=self._pace.timeline_pause, **shared
        )
        self._live = OrderedLoop(stores, Consumer.LIVE, deliver_to_live, pause=self._pace.live_pause, **shared)

    async def run(self) -> None:
        """Publish until cancelled, then release the leases."""
        pace = self._pace
        work = {
            "lease of the outbox": (self._claim, pace.claim),
            "listening for other processes' commits": (self._wake_on_signals, pace.poll),
            "announcing of this process's commits": (self._announce, pace.poll),
            "delivery to the timeline": (self._timeline.step, 0),
            "delivery to live feeds": (self._live.step, 0),
            "checkpoint of resume points": (self._checkpoint, pace.checkpoint),
        }
        tasks = [
            asyncio.create_task(repeat(name, step, pause=pause, backoff=self._backoff(), failures=self._failures))
            for name, (step, pause) in work.items()
        ]
        try:
            # No TaskGroup: it would wait without end for a task that lost its cancellation.
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel_and_wait(tasks)
            with suppress(StoreError, TimeoutError):
                async with asyncio.timeout(RELEASE_SECONDS):
                    await self._stores.outbox.release(self._holder)

    def _backoff(self) -> Backoff:
        return Backoff(
            first=timedelta(seconds=self._pace.first_backoff), longest=timedelta(seconds=self._pace.longest_backoff)
        )

    def _wake(self) -> None:
        self._timeline.wake()
        self._live.wake()

    async def _claim(self) -> None:
        async with self._lease.renewing() as in_use:
            asked_at = asyncio.get_running_loop().time()
            partitions = await self._stores.outbox.claim(self._holder, keeping=in_use)
            if asked_at > self._lease.until or not partitions <= self._lease.partitions:
                self._wake()  # what waits in partitions that are new here
            self._lease.renew(partitions, asked_at=asked_at)
            self._observer.leased(len(partitions))

    async def _announce(self) -> None:
        await announce_commits(
            self._stores, wake=self._wake, is_only_relay=lambda: len(self._lease.partitions) == PARTITIONS
        )

    async def _wake_on_signals(self) -> None:
        async with self._stores.live.signals(OUTBOX_CHANNEL) as signals:
            async for _ in signals:
                self._wake()

    async def _checkpoint(self) -> None:
        """Copy the resume points that heartbeats moved into the durable store."""
        while points := await self._stores.sessions.unsaved(most=SAVED_RESUME_POINTS):
            await self._stores.progress.checkpoint(points)
            await self._stores.sessions.saved(points)
            if len(points) < SAVED_RESUME_POINTS:
                return
