"""How many WebSockets one address and one subject have open."""

from collections import Counter


class SocketCounts:
    """Counts open sockets by a key, at most `most` for each."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    def take(self, key: str) -> bool:
        """Count a socket of `key`, unless it has as many as it may. Returns whether it is counted."""
        if self._open[key] >= self._most:
            return False
        self._open[key] += 1
        return True

    def free(self, key: str) -> None:
        """Stop counting a socket of `key`."""
        self._open[key] -= 1
        if not self._open[key]:
            del self._open[key]
