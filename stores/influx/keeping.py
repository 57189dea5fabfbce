"""How events are kept and taken out: chunk by chunk, each looked around for, written or deleted, then rolled up.

Two events of a learner in one millisecond meet in one of its 1,000,000 slots with probability 10⁻⁶, and InfluxDB would
silently keep the later one only. So what is stored is known before anything is written, and the second takes the next
slot that is free: whatever the order, the repetition or the cut, all are kept, once. Within a process a lock keeps
knowing and writing together. What remains between processes is in docs/decisions/0003-timeline-layout.md.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

from stores.domain.events import Event
from stores.influx.around import ATTENDANCE, Around, look_around
from stores.influx.arrivals import (
    EVENTS_AT_ONCE,
    TRIES,
    Arrival,
    arrivals_of,
    chunks,
    courses_of,
    in_order,
    learners_of,
)
from stores.influx.client import Influx
from stores.influx.deleting import Point, delete
from stores.influx.influxql import NS_OF_MS
from stores.influx.kept import NOTHING, Attendance
from stores.influx.lines import EVENT, check, line_of, slot_of, tag_of, text
from stores.influx.memory import HEAVIEST, Clock, Memory
from stores.influx.rollup import guesses, roll_up, rolled_up


class Keeper:
    def __init__(self, influx: Influx, *, clock: Clock, heaviest: int = HEAVIEST) -> None:
        self._influx = influx
        self._clock = clock
        self._heaviest = heaviest
        self._alone = asyncio.Lock()
        self.forget()

    def forget(self) -> None:
        """A write that goes on meanwhile gives what it knew back to the memory it had it from, which nobody asks."""
        self._memory = Memory(clock=self._clock, heaviest=self._heaviest)

    async def append(self, events: Sequence[Event]) -> None:
        ordered = in_order(events)
        for event in ordered:
            check(event)
        for chunk in chunks(arrivals_of(ordered)):
            async with self._alone:
                memory = self._memory
                around = await self._look_around(chunk, memory)
                lines = list(placed(chunk, around))
                deletions: list[Point] = []
                lines += attended(chunk, around, deletions)
                await delete(self._influx, deletions)  # attendances of earlier versions, which counted every verb
                guessed = guesses(around.totals)
                # Events before attendances: an attendance without its events would stay if we ended in between.
                await self._influx.write(lines + rolled_up(guessed))
                totals = await roll_up(self._influx, courses_of(chunk), guessed)
                # More at once is an import, which does not come back.
                if len(ordered) <= EVENTS_AT_ONCE:
                    memory.quarters.keep(around.quarters)
                    memory.totals.keep(totals)

    async def remove(self, events: Iterable[Event]) -> None:
        for chunk in chunks(arrivals_of(in_order(events))):
            async with self._alone:
                memory = self._memory
                around = await self._look_around(chunk, memory)
                deletions: list[Point] = []
                for arrival in chunk:
                    time = around.quarters[arrival.learner].take_out(arrival.event.id.int)
                    if time is not None:
                        deletions.append(Point(EVENT, "id", ("learner", tag_of(arrival.learner.key)), time))
                lines = attended(chunk, around, deletions)
                await delete(self._influx, deletions)
                await self._influx.write(lines)
                totals = await roll_up(self._influx, courses_of(chunk), {})
                memory.quarters.keep(around.quarters)
                memory.totals.keep(totals)

    async def _look_around(self, chunk: Sequence[Arrival], memory: Memory) -> Around:
        around = Around(memory.quarters.take(learners_of(chunk)), memory.totals.take(courses_of(chunk)))
        await look_around(self._influx, chunk, around)
        return around


def placed(arrivals: Iterable[Arrival], around: Around) -> Iterator[str]:
    """The lines of events that are not stored yet, each at a free slot of its millisecond."""
    for event, at, learner, course, _ in arrivals:
        kept = around.quarters[learner]
        if kept.has(event.id.int):
            continue
        slot = slot_of(event.id.bytes, NS_OF_MS)
        while at + slot in kept.taken:
            slot = (slot + 1) % NS_OF_MS
        kept.add(event.id.int, at + slot, course.key, event.verb, event.duration_ms)
        yield line_of(event, at + slot)


def attended(arrivals: Iterable[Arrival], around: Around, deletions: list[Point]) -> list[str]:
    """The lines of attendances that are not as they should be; those of nobody are added to the deletions. What is
    known of attendances, and of the roll-ups, follows."""
    lines: list[str] = []
    for learner, course, seat in dict.fromkeys((each.learner, each.course, each.seat) for each in arrivals):
        kept = around.quarters[learner]
        totals = kept.totals(course.key)
        time, known = kept.attendances.pop(course.key, (None, NOTHING))
        if course in around.totals:
            events, active_ms = around.totals[course]
            around.totals[course] = (events + totals[0] - known[0], active_ms + totals[1] - known[1])
        if totals == NOTHING:
            if time is not None:
                deletions.append(Point(ATTENDANCE, "learner", ("course", tag_of(course.key)), time))
            continue
        if time is None:
            taken = around.taken[course]
            time = next(slot for slot in range(seat, seat + TRIES) if slot not in taken)
            taken.add(time)
        kept.attendances[course.key] = Attendance(time, totals)
        if totals != known:
            lines.append(
                f"{ATTENDANCE},course={tag_of(course.key)} learner={text(learner.key)},"
                f"events={totals[0]}i,active_ms={totals[1]}i {time}"
            )
    return lines
