"""How old a shared value may be when it is served."""

from collections.abc import Collection
from datetime import timedelta

from resolvers.data.shared_reads.sharing import Sharing

BRIEF_SECONDS = 2.0
"""How long a value is served whose changes are not announced, or may not arrive."""
CONFIRMED_SECONDS = 1.0
"""How long announcements are known to be complete after they were last confirmed."""
ALWAYS, NEVER = float("-inf"), float("inf")


class Freshness:
    """Decides by the time at which the read of a value began, in seconds of a monotonic clock.

    `ttl` is for announced values. `unannounced`: the stores whose writes are not announced to this process.
    """

    __slots__ = ("_complete_until", "_ttl", "_unannounced")

    def __init__(self, *, ttl: timedelta, unannounced: Collection[str]) -> None:
        self._ttl = ttl.total_seconds()
        self._unannounced = frozenset(unannounced)
        self._complete_until = ALWAYS

    def confirm(self, at: float) -> None:
        """All that was announced before this time has been received."""
        self._complete_until = max(self._complete_until, at)

    def oldest(self, sharing: Sharing, store: str, now: float) -> float:
        """The earliest time at which the read of a value may have begun if it is to be served now."""
        if sharing is Sharing.IMMUTABLE:
            return ALWAYS
        announced = sharing is Sharing.ANNOUNCED and store not in self._unannounced
        if announced and self._complete_until >= now - CONFIRMED_SECONDS:
            return now - max(self._ttl, BRIEF_SECONDS)
        return now - BRIEF_SECONDS
