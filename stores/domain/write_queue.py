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
FIRST_GUESS = 1_000.0
"""Events a second, until a transaction was measured."""


class WriteRate:
    """A moving average of how many events a second are recorded."""

    def __init__(self) -> None:
        self._events_per_second = FIRST_GUESS

    def measured(self, events: int, seconds: float) -> None:
        """Take one transaction into account."""
        if events and seconds > 0:
            self._events_per_second += (events / seconds - self._events_per_second) / 4

    def retry_after_ms(self, queued: int) -> int:
        """When a queue of this many events is expected to be half empty."""
        expected = round(500 * queued / self._events_per_second)
        return min(MAX_RETRY_AFTER_MS, max(MIN_RETRY_AFTER_MS, expected))
