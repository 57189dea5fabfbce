"""The executions whose results later members of a group take: those that run, and those that ended a moment ago."""

import asyncio
from collections import OrderedDict
from typing import Any

from resolvers.execution.event_groups.execution import EventExecution

MOST, MOST_BYTES = 256, 4 * 1024 * 1024
"""In a process. Beyond, the oldest are dropped, and later members execute the event again."""
SECONDS = 1.0
"""How long a result is shared. A subscriber that is later gets the fields of the event as of now."""


class RecentResults:
    """Executions by group and event. An event is found by its identity: the subscribers of a feed or a topic get the
    same object, unless they got the event in another way (from the history of a feed, or coalesced)."""

    def __init__(self, *, most: int = MOST, most_bytes: int = MOST_BYTES, seconds: float = SECONDS) -> None:
        self._most, self._most_bytes, self._seconds = most, most_bytes, seconds
        self._kept: OrderedDict[tuple[object, int], EventExecution[Any]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, group: object, event: object, *, since: int) -> EventExecution[Any] | None:
        """The latest execution of this event, if it began after `since` and its result may still be shared."""
        found = self._kept.get((group, id(event)))
        if found is None or found.number <= since or found.is_abandoned:
            return None
        if found.result is not None and asyncio.get_running_loop().time() - found.ended_at > self._seconds:
            return None
        return found

    def add(self, group: object, execution: EventExecution[Any]) -> None:
        """Keep an execution. It refers to its event, so that no other event has its identity meanwhile."""
        self._drop((group, id(execution.event)))
        self._kept[group, id(execution.event)] = execution
        if len(self._kept) > self._most:
            self._drop(next(iter(self._kept)))

    def count(self, group: object, execution: EventExecution[Any]) -> None:
        """Count the bytes of an execution that has ended, and drop the oldest ones beyond the limit."""
        if self._kept.get((group, id(execution.event))) is not execution:
            return
        self._bytes += execution.size
        while self._bytes > self._most_bytes:
            self._drop(next(iter(self._kept)))

    def forget(self, group: object) -> None:
        """Drop the executions of a group that has no members left."""
        for key in [key for key in self._kept if key[0] is group]:
            self._drop(key)

    def _drop(self, key: tuple[object, int]) -> None:
        if (dropped := self._kept.pop(key, None)) is not None:
            self._bytes -= dropped.size
