"""A listener of a feed: what waits for it, bounded, and what becomes of a slow one. Every backend of live has these."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from stores.errors import StoreError
from stores.ports.live import WAITING, TopicKind, Update, coalesce

Place = tuple[int, int]
"""Where an update is in its feed: places grow."""
Read = Callable[[Place, int], Awaitable[Sequence[tuple[Place, Update]]]]
"""The kept updates behind a place, in order, so many at most; `CursorExpired` when some of them are not kept."""


class Listener:
    """An async iterator of updates in the order of their places, none twice.

    A learner's listener for whom too much waits reads it from the feed again, in parts; for a course's, the updates of
    one registration are coalesced into its latest. `start`: what it has seen; `behind`: it begins by reading.
    """

    def __init__(self, kind: TopicKind, read: Read, *, start: Place, behind: bool) -> None:
        self._kind = kind
        self._read = read
        self._seen = start
        self._behind = behind
        self._waiting: dict[Place, Update] = {}
        self._latest: dict[UUID, Place] = {}
        self._failed: StoreError | None = None
        self._filled = asyncio.Event()
        self._filled.set()

    def offer(self, place: Place, update: Update) -> None:
        """What was published just now."""
        if self._behind or place <= self._seen:
            return
        if len(self._waiting) >= WAITING:
            if self._kind is TopicKind.LEARNER:
                self.lose()
                return
            if (before := self._latest.get(update.registration)) in self._waiting:
                update = coalesce(self._waiting.pop(before), update)
        self._put(place, update)

    def lose(self) -> None:
        """Something may have been missed: read again behind what was seen."""
        self._behind = True
        self._waiting.clear()
        self._latest.clear()
        self._filled.set()

    def fail(self, error: StoreError) -> None:
        """It ends with this."""
        self._failed = error
        self._filled.set()

    def __aiter__(self) -> "Listener":
        return self

    async def __anext__(self) -> Update:
        while True:
            if self._failed is not None:
                raise self._failed
            if self._waiting:
                place = next(iter(self._waiting))
                update = self._waiting.pop(place)
                if self._latest.get(update.registration) == place:
                    del self._latest[update.registration]
                self._seen = place
                return update
            if self._behind:
                await self._catch_up()
            else:
                self._filled.clear()
                await self._filled.wait()

    async def _catch_up(self) -> None:
        self._behind = False  # what is offered while we read is kept, for it may not be in the answer
        rows = await self._read(self._seen, WAITING)
        meanwhile = list(self._waiting.items())
        self._waiting.clear()
        self._latest.clear()
        for place, update in rows:
            self._put(place, update)
        if len(rows) >= WAITING:
            self._behind = True  # there is more to read before what came meanwhile
            return
        last = rows[-1][0] if rows else self._seen
        for place, update in meanwhile:
            if place > last:
                self._put(place, update)

    def _put(self, place: Place, update: Update) -> None:
        self._waiting[place] = update
        self._latest[update.registration] = place
        self._filled.set()
