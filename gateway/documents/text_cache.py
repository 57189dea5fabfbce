"""The texts of documents in this process, the least recently used first out."""

import sys
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class CachedText:
    """A text, and when its store was last asked for it."""

    text: str
    checked_at: datetime


@dataclass(slots=True, kw_only=True)
class TextCache:
    """At most `most` texts of at most `most_bytes` of memory in all."""

    most: int = 1_000
    most_bytes: int = 16_000_000
    _texts: dict[str, CachedText] = field(default_factory=dict)  # in the order of their last use
    _bytes: int = 0

    def find(self, sha256: str) -> CachedText | None:
        """The text of a hash. It becomes the most recently used."""
        found = self._texts.pop(sha256, None)
        if found is not None:
            self._texts[sha256] = found
        return found

    def keep(self, sha256: str, text: str, now: datetime) -> None:
        """Keep a text, in place of others if there is no room. One that is larger than all room is not kept."""
        self._forget(sha256)
        self._texts[sha256] = CachedText(text, now)
        self._bytes += sys.getsizeof(text)
        while len(self._texts) > self.most or self._bytes > self.most_bytes:
            self._forget(next(iter(self._texts)))

    def _forget(self, sha256: str) -> None:
        if (old := self._texts.pop(sha256, None)) is not None:
            self._bytes -= sys.getsizeof(old.text)
