"""A listener of a feed with a bounded queue. Every backend of live uses it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from stores.domain.queue_counts import QueueCounts
from stores.domain.updates import FEED_LENGTHS, MAX_PENDING, FeedKind, Update
from stores.errors import StoreError
from stores.feeds.feed_position import FeedEntry, FeedPosition
from stores.feeds.pending_updates import PendingUpdates

Read = Callable[[FeedPosition, int], Awaitable[Sequence[FeedEntry]]]
"""Read the stored entries after a position, in order, at most so many. `CursorExpired` if the feed lacks some."""


class FeedListener:
    """An async iterator of the updates of one feed, in order. It never ends by itself: it waits, or raises.

    When more than `MAX_PENDING` updates wait, a learner's listener drops them and reads the feed again, so it gets each
    update once; a course's listener coalesces the updates of one registration. `start` is the position of the last
    update that the client has; with `behind` the listener begins by reading the feed. `counts` counts both.
    """

    # A gateway has one for every subscription, most of them idle: an event and a dict would be half of it.
    __slots__ = ("_behind", "_counts", "_failed", "_kind", "_last", "_meanwhile", "_pending", "_read", "_woken")

    def __init__(self, kind: FeedKind, read: Read, *, start: FeedPosition, behind: bool, counts: QueueCounts) -> None:
        self._kind = kind
        self._read = read
        self._last = start
        self._behind = behind
        self._counts = counts
        self._pending = PendingUpdates()
        self._meanwhile: list[FeedEntry] | None = None
        self._failed: StoreError | None = None
        self._woken: asyncio.Future[None] | None = None

    def offer(self, entry: FeedEntry) -> None:
        """Take an update that was just published."""
        if self._behind:
            self._counts.dropped += 1
            return
        waiting = self._pending if self._meanwhile is None else self._meanwhile
        if len(waiting) >= (MAX_PENDING if self._kind is FeedKind.LEARNER else FEED_LENGTHS[self._kind]):
            self._counts.dropped += 1
            self.lose()
        elif self._meanwhile is not None:
            self._meanwhile.append(entry)
        else:
            self._put(entry)
            self._wake()

    def lose(self) -> None:
        """Messages may have been lost: read the feed again from the last contiguous position. Pending updates precede
        the gap and stay; those that arrived during a read may follow it and are dropped."""
        self._behind = True
        if self._meanwhile is not None:
            self._meanwhile = []
        self._wake()

    def fail(self, error: StoreError) -> None:
        """End the iteration with this error."""
        self._failed = error
        self._wake()

    def __aiter__(self) -> "FeedListener":
        return self

    async def __anext__(self) -> Update:
        while True:
            if self._failed is not None:
                raise self._failed
            if self._pending:
                return self._pending.pop()
            if self._behind:
                await self._catch_up()
            else:
                self._woken = asyncio.get_running_loop().create_future()
                try:
                    await self._woken
                finally:
                    self._woken = None

    async def _catch_up(self) -> None:
        """Read the feed after the last position: one batch for a learner, to the end for a course (coalesced)."""
        self._behind = False
        self._meanwhile = []  # what is published during the read may not be in its result
        more = True
        try:
            while more and not self._behind:
                entries = await self._read(self._last, MAX_PENDING)
                for entry in entries:
                    self._put(entry)
                more = len(entries) >= MAX_PENDING
                if self._kind is FeedKind.LEARNER:
                    break
        except BaseException:
            self._behind = True  # the iteration may continue after a cancellation
            raise
        finally:
            meanwhile, self._meanwhile = self._meanwhile, None
        if more:
            self._behind = True  # the feed has more, which precedes what was published meanwhile
        elif not self._behind:
            for entry in meanwhile:
                self._put(entry)

    def _put(self, entry: FeedEntry) -> None:
        if entry.position <= self._last:
            return  # an update that was read from the feed may arrive by its channel later
        self._last = entry.position
        if self._kind is FeedKind.LEARNER:
            self._pending.put(entry)
        else:
            self._counts.coalesced += self._pending.put_coalesced(entry)

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)
