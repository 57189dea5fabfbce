"""Receives what all processes announce, and knows until when that is complete."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from resolvers.data.shared_reads.announcer import CHANGES_CHANNEL, EVERYTHING
from resolvers.data.shared_reads.shared_reads import SharedReads
from stores.cancellation import cancel_and_wait, cancel_requested
from stores.errors import StoreError
from stores.ports.live import Live

BEAT = "beat"
BEAT_SECONDS = 0.3
RETRY_SECONDS = 1.0


class ChangeWatch:
    """Invalidates shared reads when another process writes.

    Announcements are received in the order in which they are published. The watch publishes beats of its own among
    them, with the time: when one arrives, all that was announced before that time has arrived, too. While beats do not
    arrive, shared reads are not served for long (`Freshness`). `name` is unique to this process.
    """

    def __init__(
        self,
        live: Live,
        shared: SharedReads,
        *,
        name: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._live = live
        self._shared = shared
        self._name = name
        self._sleep = sleep

    async def run(self) -> None:
        """Receive announcements. Runs until cancelled."""
        while True:
            try:
                async with self._live.signals(CHANGES_CHANNEL) as messages:
                    await self._follow(messages)
            except StoreError:
                pass
            await self._sleep(RETRY_SECONDS)

    async def _follow(self, messages: AsyncIterator[frozenset[str] | None]) -> None:
        self._shared.invalidate_all()  # what was written before the subscription stood was not received
        beating = asyncio.create_task(self._beat(), name="beats among announcements")
        try:
            async for received in messages:
                self.receive(received)
        finally:
            await cancel_and_wait([beating])

    async def _beat(self) -> None:
        while True:
            try:
                await self._live.announce(CHANGES_CHANNEL, [f"{BEAT} {self._name} {self._shared.clock()!r}"])
            except (StoreError, asyncio.CancelledError):
                if cancel_requested():  # else the driver cancelled the call
                    raise
            await self._sleep(BEAT_SECONDS)

    def receive(self, messages: frozenset[str] | None) -> None:
        """Invalidate what was announced. `None`: announcements may have been lost."""
        if messages is None or EVERYTHING in messages:
            self._shared.invalidate_all()
            return
        changed: defaultdict[str, list[str]] = defaultdict(list)
        for message in messages:
            store, _, key = message.partition(" ")
            changed[store].append(key)
        beats = changed.pop(BEAT, [])
        for store, keys in changed.items():
            self._shared.invalidate(store, keys)
        for beat in beats:
            name, _, at = beat.partition(" ")
            if name == self._name:
                self._shared.confirm(float(at))


@asynccontextmanager
async def watching_changes(watch: ChangeWatch) -> AsyncIterator[ChangeWatch]:
    """Run the watch until the block ends."""
    running = asyncio.create_task(watch.run(), name="announcements of writes")
    try:
        yield watch
    finally:
        await cancel_and_wait([running])
