"""When breakers opened and closed, from the log of the gateway: to read it costs the gateway nothing."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from time import time

Breakers = frozenset[tuple[str, str]]
"""Store and class of each breaker that is open."""
CHANGES = {"calls are refused": True, "calls are made again": False}
POLL_SECONDS = 0.05


class BreakerLog:
    """Follows the log of one gateway."""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read

    async def until(self, holds: Callable[[Breakers], bool], *, since: float, within: float) -> float | None:
        """The seconds from `since`, a time of the system's clock, until the open breakers are as wanted; 0 if they are
        so already, None if they are not in time."""
        while True:
            found: Breakers = frozenset()
            last = 0.0
            for at, store, calls, is_open in self._changes():
                if holds(found) and at > since:
                    break
                found, last = (found | {(store, calls)} if is_open else found - {(store, calls)}), at
            if holds(found):
                return max(0.0, last - since)
            if time() - since > within:
                return None
            await asyncio.sleep(POLL_SECONDS)

    def _changes(self) -> Iterator[tuple[float, str, str, bool]]:
        for line in self._read().splitlines():
            if '"quadrangle.resilience"' in line and (entry := json.loads(line))["message"] in CHANGES:
                at = datetime.fromisoformat(entry["time"]).timestamp()
                yield at, entry["store"], entry["calls"], CHANGES[entry["message"]]
