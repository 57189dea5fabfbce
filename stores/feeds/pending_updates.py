"""What waits for a listener of a feed, in order; of a course's, no more than it takes to tell the latest of each
registration."""

from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from stores.domain.updates import MAX_PENDING, Update, coalesce
from stores.feeds.position import Place


class Entry(NamedTuple):
    """An update that waits, or several of a registration as one: the cursor of the first, the place of the last."""

    cursor: str
    last: Place
    update: Update


class PendingUpdates:
    """Entries by the place of their first update. A registration's are not put off by what comes after them, so each
    has its turn; and what is delivered has a cursor behind which nothing is missing, though some may come again."""

    __slots__ = ("_entries", "_latest")

    def __init__(self) -> None:
        self._entries: dict[Place, Entry] = {}
        self._latest: dict[UUID, Place] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, place: Place, update: Update) -> None:
        """As one more."""
        self._entries[place] = Entry(update.cursor, place, update)
        self._latest[update.registration] = place

    def put_coalesced(self, place: Place, update: Update) -> None:
        """As one more while there is room, else into what waits of its registration."""
        if len(self._entries) >= MAX_PENDING > len(self._latest):
            self._compact()
        first = self._latest.get(update.registration)
        if first is None or len(self._entries) < MAX_PENDING:
            self.put(place, update)
        else:
            self._join(first, Entry(update.cursor, place, update))

    def pop(self) -> Update:
        """The next update."""
        first = next(iter(self._entries))
        cursor, last, update = self._entries.pop(first)
        if self._latest[update.registration] == first:
            del self._latest[update.registration]
        following = next(iter(self._entries), None)
        # Its own cursor would leave out what began to wait before its last part came.
        return update if following is None or last < following else replace(update, cursor=cursor)

    def _compact(self) -> None:
        """One entry a registration, each where its first one was."""
        entries = list(self._entries.items())
        self._entries.clear()
        self._latest.clear()
        for place, entry in entries:
            first = self._latest.setdefault(entry.update.registration, place)
            if first == place:
                self._entries[place] = entry
            else:
                self._join(first, entry)

    def _join(self, first: Place, entry: Entry) -> None:
        before = self._entries[first]
        self._entries[first] = Entry(before.cursor, entry.last, coalesce(before.update, entry.update))
