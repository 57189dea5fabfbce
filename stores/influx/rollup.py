"""The roll-ups: events and active time of a course's quarter of an hour, always made again from its attendances.

Several processes may append to one quarter at once. Whoever has written a roll-up reads the attendances once more: the
last one to write a roll-up has then seen all attendances, or somebody who came later writes it again. That holds of
whatever was written first, so it may as well be a guess that is written with the attendances themselves: what this
process remembers of the roll-up, and what it adds. A right guess, which is the rule, saves two requests of three.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from stores.errors import Conflict
from stores.influx.around import ATTENDANCE, KEYS_AT_ONCE
from stores.influx.arrivals import QUARTER_NS, Place, cut
from stores.influx.client import STORE, Influx
from stores.influx.deleting import Point, delete
from stores.influx.influxql import Script, between
from stores.influx.kept import NOTHING, Totals
from stores.influx.lines import tag_of

ACTIVITY = "activity"
ROUNDS = 20

UNKNOWN: Totals = (-1, -1)
INT64 = range(-(2**63), 2**63)


def guesses(totals: Mapping[Place, Totals]) -> dict[Place, Totals]:
    """Those that can be written: a place that seems to have nothing, or too much, had better be read."""
    return {place: (events, active) for place, (events, active) in totals.items() if events > 0 and active in INT64}


def rolled_up(totals: Mapping[Place, Totals]) -> list[str]:
    """The lines of roll-ups; nothing has none."""
    return [
        f"{ACTIVITY},course={tag_of(place.key)} events={events}i,active_ms={active_ms}i {place.quarter}"
        for place, (events, active_ms) in totals.items()
        if events
    ]


async def roll_up(influx: Influx, places: Collection[Place], guessed: Mapping[Place, Totals]) -> Mapping[Place, Totals]:
    """Write the roll-ups of these places that were not `guessed` (and so written) right. Returns what they are."""
    written = dict(guessed)
    for _ in range(ROUNDS):
        totals = await totals_of(influx, places)
        places = [place for place in places if totals[place] != written.get(place, UNKNOWN)]
        if not places:
            return written
        changed = {place: totals[place] for place in places}
        written |= changed
        if lines := rolled_up(changed):
            await influx.write(lines)
        await forget(influx, [place for place in places if written[place] == NOTHING])
    raise Conflict(STORE, "other writers kept winning")


async def totals_of(influx: Influx, places: Collection[Place]) -> Mapping[Place, Totals]:
    sums = await rows_of(
        influx,
        places,
        "SUM(events), SUM(active_ms)",
        of=ATTENDANCE,
        then="GROUP BY course, time(15m) fill(none)",
    )
    return {place: NOTHING if place not in sums else (sums[place][0], sums[place][1]) for place in places}


async def rows_of(
    influx: Influx, places: Collection[Place], what: str, *, of: str, then: str
) -> Mapping[Place, Sequence[Any]]:
    """What the query says of these places, without its time; a place without a row is absent. One request."""
    script = Script()
    courses = {tag_of(place.key): place.key for place in places}
    for first, last, busy in runs(places):
        for tags in cut(map(tag_of, busy), KEYS_AT_ONCE):
            where = [script.either("course", tags), between(first, last + QUARTER_NS)]
            script.select(what, of=of, where=where, then=then)
    wanted = set(places)
    found: dict[Place, Sequence[Any]] = {}
    for series in chain.from_iterable(await influx.ask(script)):
        for quarter, *row in series.rows:
            place = Place(courses[series.tags["course"]], quarter)
            if place in wanted:
                found[place] = row
    return found


def runs(places: Iterable[Place]) -> Iterator[tuple[int, int, Collection[str]]]:
    """Quarters that follow one another, as the first and the last of them, with their courses."""
    run: list[Place] = []
    for place in sorted(places, key=lambda place: place.quarter):
        if run and place.quarter > run[-1].quarter + QUARTER_NS:
            yield run[0].quarter, run[-1].quarter, {each.key for each in run}
            run = []
        run.append(place)
    if run:
        yield run[0].quarter, run[-1].quarter, {each.key for each in run}


async def forget(influx: Influx, places: Collection[Place]) -> None:
    """Delete the roll-ups of these places that are stored. A deletion costs the server about a tenth of a second, and
    most places without activity (those of enrolments alone) never had a roll-up."""
    if not places:
        return
    stored = await rows_of(influx, places, "events", of=ACTIVITY, then="GROUP BY course")
    await delete(influx, [Point(ACTIVITY, "events", ("course", tag_of(place.key)), place.quarter) for place in stored])
