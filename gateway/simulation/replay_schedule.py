"""When recorded events fall due in a replay: in their order, with their distances divided by the speed."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from stores.domain.events import Event

DAY = timedelta(days=1)


class ReplaySchedule:
    """The events of a replay. `speed`: how many recorded seconds pass in one second.

    OULAD has the day of an event, not the hour. The events of a day are spread over it, in the order of their times;
    otherwise each day would be one burst at noon."""

    def __init__(self, events: Iterable[Event], *, speed: float) -> None:
        self._events = sorted(events, key=lambda event: event.at)
        self._moments = spread_over_days([event.at for event in self._events])
        self._speed = speed
        self._next = 0

    @property
    def total(self) -> int:
        """The number of events."""
        return len(self._events)

    @property
    def taken(self) -> int:
        """The number of events that `take` has returned."""
        return self._next

    @property
    def moment(self) -> datetime | None:
        """The recorded time of the latest event that was taken."""
        return self._moments[self._next - 1] if self._next else None

    def due_in(self, elapsed: timedelta) -> timedelta | None:
        """How long after `elapsed` the next event falls due; negative if it is late. None after the last event."""
        if self._next == len(self._events):
            return None
        return (self._moments[self._next] - self._moments[0]) / self._speed - elapsed

    def take(self, elapsed: timedelta, *, most: int) -> list[Event]:
        """The next events that are due by `elapsed`, at most `most` of them."""
        begin = self._next
        while self._next < min(begin + most, len(self._events)):
            if (self._moments[self._next] - self._moments[0]) / self._speed > elapsed:
                break
            self._next += 1
        return self._events[begin : self._next]


def spread_over_days(times: list[datetime]) -> list[datetime]:
    """The times (sorted), with those of each day at equal distances over that day."""
    sizes = Counter(at.date() for at in times)
    seen: Counter[date] = Counter()
    moments = []
    for at in times:
        day = at.date()
        moments.append(at.replace(hour=0, minute=0, second=0, microsecond=0) + DAY * seen[day] / sizes[day])
        seen[day] += 1
    return moments
