"""What is stored around events: known before every write, so that nothing is overwritten and nothing kept twice.

`event` has a point for each event (tag: learner). `attendance` has one for each learner, course and busy quarter of an
hour (tag: course), made again from the learner's events of the quarter whenever one of them comes or goes. What is
remembered of a place is not read again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from stores.domain.events import Verb
from stores.influx.arrivals import QUARTER_NS, TRIES, Arrival, Place, cut
from stores.influx.client import Influx
from stores.influx.influxql import Row, Script, between
from stores.influx.kept import Attendance, Kept, Totals
from stores.influx.lines import EVENT, tag_of

ATTENDANCE = "attendance"
KEYS_AT_ONCE = 16
"""Keys in one statement: the server's cost of `a OR b OR …` grows with the square of their number."""
MANY = 1_000
SUPERFLUOUS = 4
"""When so many events arrive, all that is stored in their time may be read: up to so many times as much."""
EVENT_COLUMNS = "id, course, duration_ms, verb, learner"
ATTENDANCE_COLUMNS = "learner, events, active_ms, course"
FEW = 8
"""So many attendances of a course and quarter are looked up one by one; of more, those in between are read as well."""


@dataclass(slots=True)
class Around:
    """The learners' quarters, what the roll-ups of courses' quarters say where that is remembered, and the slots of
    attendances that are taken where a new one wants to be."""

    quarters: dict[Place, Kept]
    totals: dict[Place, Totals] = field(default_factory=dict)
    taken: defaultdict[Place, set[int]] = field(default_factory=lambda: defaultdict(set))

    def know_events(self, rows: Iterable[Row], learners: Mapping[str, str], unknown: Collection[Place]) -> None:
        for time, event_id, course_key, duration_ms, verb, tag in rows:
            if tag in learners:
                place = Place(learners[tag], time - time % QUARTER_NS)
                if place in unknown:
                    number = int(event_id.replace("-", ""), 16)
                    self.quarters[place].add(number, time, course_key, Verb(verb), duration_ms)

    def know_attendances(self, rows: Iterable[Row], courses: Mapping[str, str]) -> None:
        for time, learner_id, events, active_ms, tag in rows:
            if tag in courses:
                quarter = time - time % QUARTER_NS
                self.taken[Place(courses[tag], quarter)].add(time)
                kept = self.quarters.get(Place(learner_id, quarter))
                if kept is not None:
                    kept.attendances[courses[tag]] = Attendance(time, (events, active_ms))


async def look_around(influx: Influx, arrivals: Collection[Arrival], around: Around) -> None:
    """Read what `around` does not know yet of the arrivals' quarters and attendances; nothing when it knows all."""
    unknown: dict[Place, Kept] = {}
    strangers = 0
    seats: defaultdict[Place, set[int]] = defaultdict(set)
    for arrival in arrivals:
        kept = around.quarters.get(arrival.learner)
        if kept is None:
            unknown[arrival.learner] = Kept()
            strangers += 1
        if kept is None or arrival.course.key not in kept.attendances:
            seats[arrival.course].add(arrival.seat)
    around.quarters |= unknown
    if not seats:
        return
    quarters = [place.quarter for place in seats]
    everything = between(min(quarters), max(quarters) + QUARTER_NS)
    stored = await how_many(influx, everything) if strangers >= MANY else None
    if stored == 0:
        return
    script = Script()
    if stored is not None and stored <= SUPERFLUOUS * strangers:
        script.select(EVENT_COLUMNS, of=EVENT, where=[everything])
        script.select(ATTENDANCE_COLUMNS, of=ATTENDANCE, where=[everything])
    else:
        ask_after_events(script, unknown)
        ask_after_attendances(script, seats)
    learners = {tag_of(place.key): place.key for place in unknown}
    courses = {tag_of(place.key): place.key for place in seats}
    for series in chain.from_iterable(await influx.ask(script)):
        if series.name == EVENT:
            around.know_events(series.rows, learners, unknown)
        else:
            around.know_attendances(series.rows, courses)


def ask_after_events(script: Script, learners: Iterable[Place]) -> None:
    keys: defaultdict[int, list[str]] = defaultdict(list)
    for place in learners:
        keys[place.quarter].append(place.key)
    for quarter, those in keys.items():
        for tags in cut(map(tag_of, those), KEYS_AT_ONCE):
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
