"""A listener of a feed: what waits for it, bounded, and what becomes of a slow one. Every backend of live has these."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from stores.domain.updates import FEED_LENGTHS, MAX_PENDING, FeedKind, Update
from stores.errors import StoreError
from stores.feeds.pending_updates import PendingUpdates
from stores.feeds.position import Place

Read = Callable[[Place, int], Awaitable[Sequence[tuple[Place, Update]]]]
"""The kept updates behind a place, in order, so many at most; `CursorExpired` when some of them are not kept."""


class Listener:
    """An async iterator of updates in the order of their places.

    A learner's listener for whom too much waits reads on in the feed, in parts, and gets each update once; for a
    course's, those of one registration are coalesced. `start`: what it has seen; `behind`: it begins by reading.
    """

    # A gateway has one for every subscription, most of them idle: an event and a dict would be half of it.
    __slots__ = ("_behind", "_failed", "_kind", "_last", "_meanwhile", "_read", "_waiting", "_woken")

    def __init__(self, kind: FeedKind, read: Read, *, start: Place, behind: bool) -> None:
        self._kind = kind
        self._read = read
        self._last = start
        self._behind = behind
        self._waiting = PendingUpdates()
        self._meanwhile: list[tuple[Place, Update]] | None = None
        self._failed: StoreError | None = None
        self._woken: asyncio.Future[None] | None = None

    def offer(self, place: Place, update: Update) -> None:
        """What was published just now."""
        if self._behind:
            return
        waiting = self._waiting if self._meanwhile is None else self._meanwhile
        if len(waiting) >= (MAX_PENDING if self._kind is FeedKind.LEARNER else FEED_LENGTHS[self._kind]):
            self.lose()
        elif self._meanwhile is not None:
            self._meanwhile.append((place, update))
        else:
            self._put(place, update)
            self._wake()

    def lose(self) -> None:
        """Something may have been missed: read again behind what is known to be without a gap. What waits came before
        that; what came while we were reading may have come after it."""
        self._behind = True
        if self._meanwhile is not None:
            self._meanwhile = []
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
                return self._waiting.pop()
            if self._behind:
                await self._catch_up()
            else:
                self._woken = asyncio.get_running_loop().create_future()
                try:
                    await self._woken
                finally:
                    self._woken = None

    async def _catch_up(self) -> None:
        """A learner's listener takes a part of what it missed; a course's all of it, coalesced where it is much."""
        self._behind = False
        self._meanwhile = []  # it may not be in what we read
        more = True
        try:
            while more and not self._behind:
                rows = await self._read(self._last, MAX_PENDING)
                for place, update in rows:
                    self._put(place, update)
                more = len(rows) >= MAX_PENDING
                if self._kind is FeedKind.LEARNER:
                    break
        except BaseException:
            self._behind = True  # whoever was cancelled may come back
            raise
        finally:
            meanwhile, self._meanwhile = self._meanwhile, None
        if more:
            self._behind = True  # there is more to read before what came meanwhile
        elif not self._behind:
            for place, update in meanwhile:
                self._put(place, update)

    def _put(self, place: Place, update: Update) -> None:
        if place <= self._last:
            return  # what was read from the feed may come by the channel too, late
        self._last = place
        if self._kind is FeedKind.LEARNER:
            self._waiting.put(place, update)
        else:
            self._waiting.put_coalesced(place, update)

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)
