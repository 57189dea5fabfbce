"""A listener of a feed: what waits for it, bounded, and what becomes of a slow one. Every backend of live has these."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from stores.errors import StoreError
from stores.ports.live import FEED_LENGTHS, WAITING, TopicKind, Update, coalesce
from stores.ports.places import Place

Read = Callable[[Place, int], Awaitable[Sequence[tuple[Place, Update]]]]
"""The kept updates behind a place, in order, so many at most; `CursorExpired` when some of them are not kept."""


class Listener:
    """An async iterator of updates in the order of their places, none twice.

    A learner's listener for whom too much waits reads on in the feed, in parts; for a course's, the updates of one
    registration are coalesced into its latest. `start`: what it has seen; `behind`: it begins by reading.
    """

    # A gateway has one for every subscription, most of them idle: an event and a dict would be half of it.
    __slots__ = ("_behind", "_failed", "_kind", "_last", "_latest", "_read", "_reading", "_seen", "_waiting", "_woken")

    def __init__(self, kind: TopicKind, read: Read, *, start: Place, behind: bool) -> None:
        self._kind = kind
        self._read = read
        self._seen = start
        self._last = start
        self._behind = behind
        self._reading = False
        self._waiting: dict[Place, Update] = {}
        self._latest: dict[UUID, Place] = {}
        self._failed: StoreError | None = None
        self._woken: asyncio.Future[None] | None = None

    def offer(self, place: Place, update: Update) -> None:
        """What was published just now."""
        if self._behind or place <= self._last:
            return  # what was read from the feed may come by the channel too, late
        if len(self._waiting) >= WAITING:
            before = self._latest.get(update.registration)
            if self._kind is TopicKind.LEARNER or (before is None and len(self._waiting) >= FEED_LENGTHS[self._kind]):
                self.lose()
                return
            if before is not None:
                update = coalesce(self._waiting.pop(before), update)
        self._put(place, update)
        self._wake()

    def lose(self) -> None:
        """Something may have been missed: read again behind what is known to be without a gap."""
        self._behind = True
        if self._reading:
            # What came since the reading began came after the gap; without a reading, what waits came before it.
            self._clear()
        self._wake()

    def fail(self, error: StoreError) -> None:
        """It ends with this."""
        self._failed = error
        self._wake()

    def __aiter__(self) -> "Listener":
        return self

    async def __anext__(self) -> Update:
        while True:
            if self._failed is not None:
                raise self._failed
            if self._waiting:
                return self._next()
            if self._behind:
                await self._catch_up()
            else:
                self._woken = asyncio.get_running_loop().create_future()
                try:
                    await self._woken
                finally:
                    self._woken = None

    def _next(self) -> Update:
        place = next(iter(self._waiting))
        update = self._waiting.pop(place)
        if self._latest[update.registration] == place:
            del self._latest[update.registration]
        self._seen = place
        return update

    async def _catch_up(self) -> None:
        self._behind = False  # what is offered while we read is kept, for it may not be in the answer
        self._reading = True
        try:
            rows = await self._read(self._seen, WAITING)
        except BaseException:
            self.lose()  # whoever was cancelled may come back
            raise
        finally:
            self._reading = False
        meanwhile = list(self._waiting.items())
        self._clear()
        self._last = self._seen
        for place, update in rows:
            self._put(place, update)
        if len(rows) >= WAITING:
            self._behind = True  # there is more to read before what came meanwhile
            return
        for place, update in meanwhile:
            if place > self._last:
                self._put(place, update)

    def _put(self, place: Place, update: Update) -> None:
        self._waiting[place] = update
        self._latest[update.registration] = place
        self._last = place

    def _clear(self) -> None:
        self._waiting.clear()
        self._latest.clear()

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)
