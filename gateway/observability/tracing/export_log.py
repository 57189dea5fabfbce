"""What the exporter logs while the collector is away: each kind of message once a minute, not for each attempt."""

import logging
from collections.abc import Callable
from time import monotonic

SECONDS = 60.0


class OncePerMinute(logging.Filter):
    """Passes the records with one message, before its values are filled in, once a minute."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._passed_at: dict[object, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log the record."""
        now = self._clock()
        if now - self._passed_at.get(record.msg, float("-inf")) < SECONDS:
            return False
        self._passed_at[record.msg] = now
        return True
