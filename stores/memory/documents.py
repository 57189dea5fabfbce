"""Persisted documents in a dict: the reference implementation of the port."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from stores.domain.persisted_documents import DEFAULT_BOUNDS, DocumentBounds, hour_of
from stores.ports.documents import Documents


class MemoryDocuments(Documents):
    """Documents of one process. `now` is the clock."""

    def __init__(self, *, now: Callable[[], datetime], bounds: DocumentBounds = DEFAULT_BOUNDS) -> None:
        self._now = now
        self._bounds = bounds
        self._kept: dict[str, tuple[str, datetime]] = {}  # in the order of their last use
        self._hour = 0
        self._new: Counter[str] = Counter()

    async def ping(self) -> None:
        return None

    async def find(self, sha256: str) -> str | None:
        now = self._now()
        text, used_at = self._kept.pop(sha256, ("", None))
        if used_at is None or now - used_at >= self._bounds.kept_for:
            return None
        self._kept[sha256] = text, now
        return text

    async def register(self, sha256: str, text: str, *, subject: str) -> bool:
        if await self.find(sha256) is not None:
            return True
        now = self._now()
        if hour_of(now) != self._hour:
            self._hour = hour_of(now)
            self._new.clear()
        if self._new[subject] >= self._bounds.new_an_hour:
            return False
        self._new[subject] += 1
        self._kept[sha256] = text, now
        while len(self._kept) > self._bounds.most:
            del self._kept[next(iter(self._kept))]
        return True
