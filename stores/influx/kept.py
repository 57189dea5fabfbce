"""What is stored of a learner's quarter of an hour, in memory: read once, then brought up to date by what is written.

Of live learners it is remembered (memory.py), so it is small: numbers in plain dicts, some 250 bytes an event, which
the garbage collector need not walk.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from stores.domain.events import NO_ACTIVITY, Verb

Totals = tuple[int, int]
"""Events, active_ms."""
NOTHING: Totals = (0, 0)


class Attendance(NamedTuple):
    """A learner's part in a course's quarter, as it is stored: the time of its point in ns, and what it says."""

    time: int
    totals: Totals


@dataclass(slots=True)
class Kept:
    """A learner's quarter: the events of each course (id → time of the point in ns), the times that are taken, the
    durations (ms) of the events that have one, the events that are no activity, and the attendances by course."""

    events: dict[str, dict[int, int]] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    durations: dict[int, int] = field(default_factory=dict)
    no_activity: set[int] = field(default_factory=set)
    active_ms: dict[str, int] = field(default_factory=dict)
    attendances: dict[str, Attendance] = field(default_factory=dict)

    def has(self, event_id: int) -> bool:
        return any(event_id in events for events in self.events.values())

    def add(self, event_id: int, time: int, course_key: str, verb: Verb, duration_ms: int | None) -> None:
        self.events.setdefault(course_key, {})[event_id] = time
        self.taken.add(time)
        if verb in NO_ACTIVITY:
            self.no_activity.add(event_id)
        elif duration_ms and event_id not in self.durations:
            self.durations[event_id] = duration_ms
            self.active_ms[course_key] = self.active_ms.get(course_key, 0) + duration_ms

    def take_out(self, event_id: int) -> int | None:
        """Where the event was; None where it is not known."""
        for course_key, events in self.events.items():
            if event_id in events:
                time = events.pop(event_id)
                self.taken.discard(time)
                self.no_activity.discard(event_id)
                if event_id in self.durations:
                    self.active_ms[course_key] -= self.durations.pop(event_id)
                return time
        return None

    def totals(self, course_key: str) -> Totals:
        """Those that are activity."""
        events = self.events.get(course_key, {})
        return len(events) - len(self.no_activity & events.keys()), self.active_ms.get(course_key, 0)
