"""The relay: leases partitions of the outbox, delivers what waits there to its consumers, settles it.

Any number of relays may run. A registration has one publisher at a time, and whoever is killed is followed by another
as soon as its leases end. A consumer that is down holds up no other; it catches up when it is back.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import Any, TypeAlias

from gateway.doubts import Doubts
from gateway.portions import Portions
from gateway.relay.bisection import by_halves
from gateway.relay.delivery import to_live, to_timeline
from gateway.relay.lease import Leased
from resolvers.data.dataloaders import Failures
from stores.backoff import Backoff
from stores.batches import RELAYED_COMMITS, SAVED_RESUME_POINTS
from stores.cancellation import cancel_and_wait, cancel_requested
from stores.domain.outbox import LEASE, PARTITIONS, Commit, Consumer
from stores.domain.updates import OUTBOX_CHANNEL
from stores.errors import Rejected, StoreError, TimedOut
from stores.ports.stores import Stores

log = logging.getLogger("quadrangle.relay")

Deliver: TypeAlias = Callable[[Stores, Sequence[Commit]], Awaitable[None]]
A_FEW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds. `look`: how often to look without having been told; `linger`: how long a consumer gathers before it
    looks again, for few large deliveries cost less than many small ones; `settles`: see doubts.py."""

    claim: float = LEASE.total_seconds() / 4
    look: float = 0.5
    linger_timeline: float = 0.15
    linger_live: float = 0.002
    checkpoint: float = 10.0
    settles: float = 10.0
    first_pause: float = 0.1
    longest_pause: float = 2.0


class Relay:
    """`holder` names this relay among all others. `run` goes on until it is cancelled, and gives its leases back."""

    def __init__(self, stores: Stores, *, holder: str, failures: Failures, pace: Pace | None = None) -> None:
        self._stores = stores
        self._holder = holder
        self._failures = failures
        self._pace = pace or Pace()
        self._mine: frozenset[int] = frozenset()
        self._lease = Leased()
        self._woken = {consumer: asyncio.Event() for consumer in Consumer}
        self._leased = asyncio.Event()
        self._turn = asyncio.Lock()
        self._under_way = dict.fromkeys(Consumer, frozenset[int]())
        self._portions = {consumer: Portions() for consumer in Consumer}
        self._doubts = Doubts(stores, settles=self._pace.settles)

    async def run(self) -> None:
        pace = self._pace
        work = (
            self._steadily("claim", self._claim, every=pace.claim),
            self._steadily("hear", self._hear, every=pace.look),
            self._steadily("tell", self._tell, every=pace.look),
            self._follow(Consumer.TIMELINE, to_timeline, pace.linger_timeline),
            self._follow(Consumer.LIVE, to_live, pace.linger_live),
            self._steadily("mend", self._doubts.mend, every=pace.look),
            self._steadily("checkpoint", self._checkpoint, every=pace.checkpoint),
        )
        tasks = [asyncio.create_task(each) for each in work]
        try:
            # No TaskGroup: it would wait without end for a task that lost its cancellation.
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel_and_wait(tasks)
            with suppress(StoreError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._stores.outbox.release(self._holder)

    def _wake(self) -> None:
        for woken in self._woken.values():
            woken.set()

    async def _claim(self) -> None:
        async with self._turn:  # nothing new begins meanwhile, so what is under way is known
            under_way = frozenset().union(*self._under_way.values())
            # Our lease is counted from before we asked, hence never longer than the store's.
            asked = asyncio.get_running_loop().time()
            mine = await self._stores.outbox.claim(self._holder, keeping=under_way)
            if asked > self._lease.until or not mine <= self._mine:
                self._stores.timeline.forget()
                self._wake()
            self._mine = mine
            self._lease.renew(asked + LEASE.total_seconds())
            self._leased.set()

    async def _tell(self) -> None:
        await tell_others(self._stores, self._wake, alone=lambda: len(self._mine) == PARTITIONS)

    async def _hear(self) -> None:
        """Commits of other processes."""
        async with self._stores.live.signals(OUTBOX_CHANNEL) as signals:
            async for _ in signals:
                self._wake()

    async def _checkpoint(self) -> None:
        """Resume points that heartbeats moved, into the durable store."""
        while points := await self._stores.sessions.unsaved(most=SAVED_RESUME_POINTS):
            await self._stores.progress.checkpoint(points)
            await self._stores.sessions.saved(points)
            if len(points) < SAVED_RESUME_POINTS:
                return

    async def _follow(self, consumer: Consumer, deliver: Deliver, linger: float) -> None:
        woken = self._woken[consumer]
        await self._leased.wait()

        async def some() -> None:
            began = perf_counter()
            if delivered := await self._deliver_some(consumer, deliver):
                if delivered > A_FEW:
                    # Under load at most half of the time is ours: what comes meanwhile is delivered together.
                    await asyncio.sleep(perf_counter() - began)
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pace.look):
                        await woken.wait()
            woken.clear()

        await self._steadily(consumer.value, some, every=linger)

    async def _deliver_some(self, consumer: Consumer, deliver: Deliver) -> int:
        """How many commits there were. Only while our lease holds: after it, another may be at the same."""
        async with self._turn:
            mine = self._under_way[consumer] = self._mine
        try:
            async with self._lease.at_most(LEASE.total_seconds()):
                commits = await self._stores.outbox.take(consumer, mine, most=RELAYED_COMMITS)
            for part in self._portions[consumer].of(commits):
                await self._deliver_part(consumer, deliver, part)
            return len(commits)
        finally:
            self._under_way[consumer] = frozenset()

    async def _deliver_part(self, consumer: Consumer, deliver: Deliver, part: Sequence[Commit]) -> None:
        portions = self._portions[consumer]
        try:
            async with self._lease.at_most(portions.seconds(part)):
                await self._hand_over(consumer, deliver, part)
        except Exception as error:
            if consumer is Consumer.TIMELINE:
                self._doubts.note(part)
            if isinstance(error, TimeoutError | TimedOut):
                portions.took_too_long(part)
            raise
        portions.delivered(part)

    async def _hand_over(self, consumer: Consumer, deliver: Deliver, commits: Sequence[Commit]) -> None:
        async def hand_over(some: Sequence[Commit]) -> None:
            await deliver(self._stores, some)
            await self._stores.outbox.settle(consumer, some)

        async def leave_out(commit: Commit, error: Rejected) -> None:
            # It is in the ledger. Kept here it would hold up its partition for ever.
            told = {"registration": str(commit.registration), "number": commit.number}
            log.error("a commit that a consumer cannot keep was left out", exc_info=error, extra=told)
            await self._stores.outbox.settle(consumer, [commit])

        await by_halves(commits, hand_over, alone=leave_out)

    async def _steadily(self, what: str, work: Callable[[], Coroutine[Any, Any, None]], *, every: float) -> None:
        """Again and again; after a fault with pauses that grow. What went wrong is told once, and when it is over."""
        backoff = Backoff(
            first=timedelta(seconds=self._pace.first_pause), longest=timedelta(seconds=self._pace.longest_pause)
        )
        while not cancel_requested():
            try:
                await work()
            except Exception as error:  # a relay that ended by a mistake of ours would end all publishing
                if isinstance(error, StoreError):
                    self._failures.failed(error.store)
                if not backoff.failing:
                    expected = isinstance(error, StoreError | TimeoutError)
                    log.log(logging.WARNING if expected else logging.ERROR, "%s waits", what, exc_info=error)
                await asyncio.sleep(backoff.next_delay().total_seconds())
                continue
            if backoff.failing:
                log.warning("%s goes on", what)
            backoff.reset()
            await asyncio.sleep(every)


@asynccontextmanager
async def publishing(stores: Stores, *, where: str, holder: str, failures: Failures) -> AsyncIterator[None]:
    """Meanwhile what this process commits is published: by a relay of its own (`embedded`), or by others (`external`),
    who are told."""
    if where == "embedded":
        work = Relay(stores, holder=holder, failures=failures).run()
    else:
        work = tell_others(stores, lambda: None, alone=lambda: False)
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await cancel_and_wait([task])
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("publishing had ended", exc_info=error)


async def tell_others(stores: Stores, wake: Callable[[], None], *, alone: Callable[[], bool]) -> None:
    """Whenever this process committed something, wake its own relay, and the others' unless it publishes all alone."""
    while not cancel_requested():
        await stores.outbox.written()
        wake()
        if not alone():
            with suppress(StoreError):  # they look by themselves before long
                await stores.live.signal([OUTBOX_CHANNEL])
