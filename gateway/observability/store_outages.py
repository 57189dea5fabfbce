"""Logs why a store fails, and when it answers again: the store's own sentence, and the class of the driver's error."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from stores.errors import CircuitOpen, Fault, StoreError, TimedOut, Unavailable

log = logging.getLogger("quadrangle.stores")
REPEAT_SECONDS = 60.0
"""The least time between two lines of a store with the same reason."""
QUIET_SECONDS = 5.0
"""A store has recovered when a ping succeeds and no call has failed for so long: pings may succeed while calls fail."""


@dataclass(slots=True)
class Outage:
    """A time in which a store fails. Times are those of the clock. `answered_at`: when a ping first succeeded after the
    last failure; `logged`: it has a line."""

    began_at: float
    failed_at: float
    answered_at: float | None = None
    failures: int = 0
    logged: bool = False


class StoreOutages:
    """The failures of stores. An outage has a line when it begins, one for each minute that it lasts, and one when it
    ends. `clock` is monotonic, in seconds."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._outages: dict[str, Outage] = {}
        self._logged_at: dict[tuple[str, Fault], float] = {}
        self._left_out: Counter[str] = Counter()

    def failed(self, store: str, error: StoreError) -> None:
        """A call or a ping of this store failed."""
        if not is_outage(error):
            return
        now = self._clock()
        outage = self._outages.setdefault(store, Outage(now, now))
        outage.failures += 1
        outage.failed_at, outage.answered_at = now, None
        self._left_out[store] += 1
        reason = (store, error.fault)
        if now - self._logged_at.get(reason, -REPEAT_SECONDS) < REPEAT_SECONDS:
            return
        self._logged_at[reason] = now
        outage.logged = True
        failures, self._left_out[store] = self._left_out[store], 0
        fields = {
            "store": store,
            "reason": error.fault.value,
            "driver_error": driver_error(error),
            "failures": failures,
        }
        log.warning("%s", error, extra={**fields, "seconds": round(now - outage.began_at, 1)})

    def answered(self, store: str) -> None:
        """A ping of this store succeeded."""
        outage = self._outages.get(store)
        if outage is None:
            return
        now = self._clock()
        if outage.answered_at is None:
            outage.answered_at = now
        if now - outage.failed_at < QUIET_SECONDS:
            return
        del self._outages[store]
        if outage.logged:
            self._left_out[store] = 0  # they are in this line
            seconds = round(outage.answered_at - outage.began_at, 1)
            log.warning(
                "%s: answers again", store, extra={"store": store, "seconds": seconds, "failures": outage.failures}
            )


def is_outage(error: StoreError) -> bool:
    """Whether an error says something of its store. Others are about the request, and may quote it."""
    if isinstance(error, CircuitOpen):
        return False  # nothing was sent
    return isinstance(error, Unavailable | TimedOut) or type(error) is StoreError


def driver_error(error: StoreError) -> str | None:
    """The class of the driver's error, None if there was none."""
    cause: BaseException | None = error.__context__
    while isinstance(cause, StoreError):
        cause = cause.__context__
    return None if cause is None else type(cause).__name__
