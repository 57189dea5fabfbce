"""When events of the past fall due, replayed at a speed: all in their order, and as far apart as they were."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from stores.domain.events import Event

DAY = timedelta(days=1)


class Schedule:
    """`speed`: how many seconds of the past one of now is.

    OULAD knows the day of an event and not the hour. What happened on one day is spread over it, in the order of the
    given times: as one burst at noon nobody could watch it."""

    def __init__(self, events: Iterable[Event], *, speed: float) -> None:
        self._events = sorted(events, key=lambda event: event.at)
        self._moments = spread([event.at for event in self._events])
        self._speed = speed
        self._next = 0

    @property
    def total(self) -> int:
        return len(self._events)

    @property
    def taken(self) -> int:
        return self._next

    @property
    def moment(self) -> datetime | None:
        """Of the past: when what was taken last happened."""
        return self._moments[self._next - 1] if self._next else None

    def due_in(self, elapsed: timedelta) -> timedelta | None:
        """How long after `elapsed` the next event falls due; negative: so much behind we are. None: that was all."""
        if self._next == len(self._events):
            return None
        return (self._moments[self._next] - self._moments[0]) / self._speed - elapsed

    def take(self, elapsed: timedelta, *, most: int) -> list[Event]:
        """The events that fell due by now and were not taken yet, `most` of them."""
        begin = self._next
        while self._next < min(begin + most, len(self._events)):
            if (self._moments[self._next] - self._moments[0]) / self._speed > elapsed:
                break
            self._next += 1
        return self._events[begin : self._next]


def spread(times: list[datetime]) -> list[datetime]:
    """The times (sorted) of each day, at equal distances over that day."""
    sizes = Counter(at.date() for at in times)
    met: Counter[date] = Counter()
    moments = []
    for at in times:
        day = at.date()
        moments.append(at.replace(hour=0, minute=0, second=0, microsecond=0) + DAY * met[day] / sizes[day])
        met[day] += 1
    return moments
