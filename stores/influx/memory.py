"""What this process has lately read and written, so that a live quarter of an hour is not read again and again.

It may be wrong once another process has written there. So it is a means to read less and never a reason to skip a
write's own repair: whoever is told of others drops it whole, and whatever a write touches is taken out of it first and
put back only when all of the write has been answered. A failed or cancelled one leaves nothing that says it was stored.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Generic, TypeVar

from stores.influx.arrivals import Place
from stores.influx.kept import Kept, Totals

V = TypeVar("V")

Clock = Callable[[], float]
"""Seconds that only ever go on."""
UNUSED = timedelta(seconds=30)
"""Live learners are back within seconds, and one who is not has few events to read again. A quarter of an hour is used
by nobody when it is over, so nothing grows older than that by being used."""
HEAVIEST = 400_000
"""In events: some 100 MB, or 200 seconds of 2,000 a second."""
PLACE_WEIGHT = 6
"""What a place takes beside its events, in events."""


class Memory:
    def __init__(self, *, clock: Clock, heaviest: int = HEAVIEST) -> None:
        self.quarters: Lately[Kept] = Lately(lambda kept: PLACE_WEIGHT + len(kept.taken), heaviest, clock)
        self.totals: Lately[Totals] = Lately(lambda totals: PLACE_WEIGHT, heaviest, clock)


class Lately(Generic[V]):
    """Values by place. The least lately used go: what nobody has used for a while, and what is more than `heaviest`."""

    def __init__(self, weight: Callable[[V], int], heaviest: int, clock: Clock) -> None:
        self._weight = weight
        self._heaviest = heaviest
        self._clock = clock
        self._values: OrderedDict[Place, tuple[V, int, float]] = OrderedDict()
        self._all = 0

    def take(self, places: Iterable[Place]) -> dict[Place, V]:
        """What is known of these places, which is not known here from now on."""
        self._prune()
        found = {}
        for place in places:
            if (entry := self._values.pop(place, None)) is not None:
                found[place], weight, _ = entry
                self._all -= weight
        return found

    def keep(self, values: Mapping[Place, V]) -> None:
        """Remember what was taken or is new: places that are not known here."""
        now = self._clock()
        for place, value in values.items():
            weight = self._weight(value)
            self._values[place] = (value, weight, now)
            self._all += weight
        self._prune()

    def _prune(self) -> None:
        since = self._clock() - UNUSED.total_seconds()
        while self._values:
            place = next(iter(self._values))
            _, weight, used = self._values[place]
            if used >= since and self._all <= self._heaviest:
                return
            del self._values[place]
            self._all -= weight
