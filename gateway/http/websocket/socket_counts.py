"""How many WebSockets one address and one subject have open."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class TooManySockets(Exception):
    """The key has as many sockets as it may."""


class SocketCounts:
    """Counts open sockets by a key, at most `most` for each."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    @contextmanager
    def one(self, key: str) -> Iterator[None]:
        """Count a socket of `key` while the block lasts. Raises `TooManySockets`."""
        if self._open[key] >= self._most:
            raise TooManySockets
        self._open[key] += 1
        try:
            yield
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]
