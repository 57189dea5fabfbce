"""What is stored around events: read before every write, so that nothing is overwritten and nothing kept twice.

`event` has a point for each event (tag: learner). `attendance` has one for each learner, course and busy quarter of an
hour (tag: course), made again from the learner's events of the quarter whenever one of them comes or goes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import NamedTuple, TypeVar

from stores.influx.client import Influx
from stores.influx.influxql import NS_OF_MS, Row, Script, between
from stores.influx.lines import EVENT, slot_of, tag_of
from stores.ports.calendar import QUARTER
from stores.ports.events import Event
from stores.ports.paging import EPOCH, to_ms

T = TypeVar("T")

ATTENDANCE = "attendance"
QUARTER_NS = QUARTER // (EPOCH.resolution) * 1000
TRIES = 16
"""Slots after its own that an attendance looks at. All of them taken is not to be expected in this universe."""
KEYS_AT_ONCE = 16
"""Keys in one statement: the server's cost of `a OR b OR …` grows with the square of their number."""
MANY = 1_000
SUPERFLUOUS = 4
"""When so many events arrive, all that is stored in their time may be read: up to so many times as much."""
EVENT_COLUMNS = "id, course, duration_ms, learner"
ATTENDANCE_COLUMNS = "learner, events, active_ms, course"
FEW = 8
"""So many attendances of a course and quarter are looked up one by one; of more, those in between are read as well."""


class Place(NamedTuple):
    """A learner's or a course's quarter of an hour."""

    key: str
    quarter: int


class Stored(NamedTuple):
    time: int
    course_key: str
    duration_ms: int


class Attendance(NamedTuple):
    learner_id: str
    events: int
    active_ms: int


@dataclass(slots=True)
class Attendances:
    """Of a course's quarter: where each learner's is, and which slots are taken."""

    by_learner: dict[str, tuple[int, Attendance]] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Around:
    """All events of learners' quarters, by id; the attendances of courses' quarters at the slots that matter."""

    events: defaultdict[Place, dict[str, Stored]] = field(default_factory=lambda: defaultdict(dict))
    attendances: defaultdict[Place, Attendances] = field(default_factory=lambda: defaultdict(Attendances))

    def know_events(self, rows: Iterable[Row], keys: Mapping[str, str]) -> None:
        for time, event_id, course_key, duration_ms, tag in rows:
            if tag in keys:
                place = Place(keys[tag], time - time % QUARTER_NS)
                self.events[place][event_id] = Stored(time, course_key, duration_ms or 0)

    def know_attendances(self, rows: Iterable[Row], keys: Mapping[str, str]) -> None:
        for time, learner_id, events, active_ms, tag in rows:
            if tag in keys:
                there = self.attendances[Place(keys[tag], time - time % QUARTER_NS)]
                there.by_learner[learner_id] = (time, Attendance(learner_id, events, active_ms))
                there.taken.add(time)


class Arrival(NamedTuple):
    """An event and where it belongs: its time in ns, the two quarters, the slot that its attendance would like."""

    event: Event
    id: str
    at: int
    learner: Place
    course: Place
    seat: int


def arrival_of(event: Event) -> Arrival:
    at = to_ms(event.at) * NS_OF_MS
    quarter = at - at % QUARTER_NS
    seat = quarter + slot_of(event.learner_id.encode(), QUARTER_NS - TRIES)
    return Arrival(event, str(event.id), at, Place(event.learner_id, quarter), Place(event.course_key, quarter), seat)


async def look_around(influx: Influx, arrivals: Collection[Arrival]) -> Around:
    learners: defaultdict[int, set[str]] = defaultdict(set)
    seats: defaultdict[Place, set[int]] = defaultdict(set)
    for arrival in arrivals:
        learners[arrival.learner.quarter].add(arrival.learner.key)
        seats[arrival.course].add(arrival.seat)
    everything = between(min(learners), max(learners) + QUARTER_NS)
    stored = await how_many(influx, everything) if len(arrivals) >= MANY else None
    if stored == 0:
        return Around()
    script = Script()
    if stored is not None and stored <= SUPERFLUOUS * len(arrivals):
        script.select(EVENT_COLUMNS, of=EVENT, where=[everything])
        script.select(ATTENDANCE_COLUMNS, of=ATTENDANCE, where=[everything])
    else:
        ask_after_events(script, learners)
        ask_after_attendances(script, seats)
    around = Around()
    learner_keys = {tag_of(arrival.learner.key): arrival.learner.key for arrival in arrivals}
    course_keys = {tag_of(arrival.course.key): arrival.course.key for arrival in arrivals}
    for series in chain.from_iterable(await influx.ask(script)):
        if series.name == EVENT:
            around.know_events(series.rows, learner_keys)
        else:
            around.know_attendances(series.rows, course_keys)
    return around


def ask_after_events(script: Script, learners: Mapping[int, Iterable[str]]) -> None:
    for quarter, keys in learners.items():
        for tags in cut(map(tag_of, keys), KEYS_AT_ONCE):
            where = [script.either("learner", tags), between(quarter, quarter + QUARTER_NS)]
            script.select(EVENT_COLUMNS, of=EVENT, where=where)


def ask_after_attendances(script: Script, seats: Mapping[Place, Collection[int]]) -> None:
    for place, wanted in seats.items():
        course = script.equal("course", tag_of(place.key))
        ranges = [(min(wanted), max(wanted))] if len(wanted) > FEW else [(seat, seat) for seat in wanted]
        for first, last in ranges:
            script.select(ATTENDANCE_COLUMNS, of=ATTENDANCE, where=[course, between(first, last + TRIES)])


async def how_many(influx: Influx, where: str) -> int:
    """How many events are stored there. A first import goes where nothing is; its repetition finds little else than
    itself, which is read at once faster than learner by learner."""
    script = Script()
    script.select("COUNT(id)", of=EVENT, where=[where])
    [answer] = await influx.ask(script)
    return sum(count for series in answer for _, count in series.rows)


def cut(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    rest = iter(items)
    while part := tuple(islice(rest, size)):
        yield part
