"""Limits of the queue in which the writers of one process wait for a transaction.

A bound turns overload into an immediate answer, `RetryLater`, instead of timeouts of writes that commit all the same.
"""

from datetime import timedelta

MAX_QUEUED_EVENTS = 4_000
"""Events that may wait. On a busy machine a gateway records 1,000 events a second, on a free one 5,000."""
MAX_WAIT = timedelta(seconds=5)
"""An accepted write waits no longer for its transaction; then it fails with `RetryLater`, and nothing was written."""
MIN_RETRY_AFTER_MS = 50
MAX_RETRY_AFTER_MS = 5_000
TRANSACTION_SECONDS = 0.5
"""Transactions that several writers share are kept so short, well below a store's deadline, on slow machines too."""
FIRST_GUESS = 1_000.0
"""Events a second, until a transaction was measured."""


class WriteRate:
    """How many events a second are recorded, by the last few transactions."""

    def __init__(self) -> None:
        self._events, self._seconds = FIRST_GUESS, 1.0

    def measured(self, events: int, seconds: float) -> None:
        """Take a transaction into account; earlier ones lose a quarter of their weight."""
        self._events = self._events * 0.75 + events
        self._seconds = self._seconds * 0.75 + seconds

    def transaction_events(self, most: int) -> int:
        """How many events a shared transaction may have: `most`, or fewer where the store is slow."""
        return min(most, round(TRANSACTION_SECONDS * self._events / self._seconds))

    def retry_after_ms(self, queued: int) -> int:
        """When a queue of this many events is expected to be half empty."""
        expected = round(500 * queued * self._seconds / max(1.0, self._events))
        return min(MAX_RETRY_AFTER_MS, max(MIN_RETRY_AFTER_MS, expected))
