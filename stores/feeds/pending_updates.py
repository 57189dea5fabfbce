"""The updates that wait for one listener of a feed, in order."""

from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from stores.domain.updates import MAX_PENDING, Update, coalesce
from stores.feeds.feed_position import FeedEntry, FeedPosition


class _Pending(NamedTuple):
    """One or several updates of a registration: the cursor of the first, the position of the last."""

    cursor: str
    last: FeedPosition
    update: Update


class PendingUpdates:
    """A queue of updates, keyed by the position of the first update in each entry.

    A coalesced entry keeps the place of its first update, so busy registrations do not delay the others. The cursor of
    a delivered update leaves nothing out, but may repeat updates to a client that resumes from it.
    """

    __slots__ = ("_entries", "_latest")

    def __init__(self) -> None:
        self._entries: dict[FeedPosition, _Pending] = {}
        self._latest: dict[UUID, FeedPosition] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, entry: FeedEntry) -> None:
        """Append an update."""
        position, update = entry
        self._entries[position] = _Pending(update.cursor, position, update)
        self._latest[update.registration] = position

    def put_coalesced(self, entry: FeedEntry) -> int:
        """Append an update, or merge it into the pending one of its registration once `MAX_PENDING` entries wait.
        Returns how many updates were merged into others."""
        before = len(self._entries)
        if before >= MAX_PENDING > len(self._latest):
            self._coalesce_all()
        position, update = entry
        first = self._latest.get(update.registration)
        if first is None or len(self._entries) < MAX_PENDING:
            self.put(entry)
        else:
            self._merge(first, _Pending(update.cursor, position, update))
        return before + 1 - len(self._entries)

    def pop(self) -> Update:
        """Remove and return the next update."""
        first = next(iter(self._entries))
        cursor, last, update = self._entries.pop(first)
        if self._latest[update.registration] == first:
            del self._latest[update.registration]
        following = next(iter(self._entries), None)
        # The cursor of a coalesced update lies behind other entries that are still pending: use its first one then.
        return update if following is None or last < following else replace(update, cursor=cursor)

    def _coalesce_all(self) -> None:
        """Leave one entry for each registration, at the position of its first one."""
        entries = list(self._entries.items())
        self._entries.clear()
        self._latest.clear()
        for position, pending in entries:
            first = self._latest.setdefault(pending.update.registration, position)
            if first == position:
                self._entries[position] = pending
            else:
                self._merge(first, pending)

    def _merge(self, first: FeedPosition, later: _Pending) -> None:
        before = self._entries[first]
        self._entries[first] = _Pending(before.cursor, later.last, coalesce(before.update, later.update))
