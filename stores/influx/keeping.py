"""How events are kept and taken out: chunk by chunk, each looked around for, written or deleted, then rolled up.

Two events of a learner in one millisecond meet in one of its 1,000,000 slots with probability 10⁻⁶, and InfluxDB would
silently keep the later one only. So what is stored is read before anything is written, and the second takes the next
slot that is free: whatever the order, the repetition or the cut, all are kept, once. Within a process a lock keeps this
reading and writing together. What remains: two processes that, within the same few milliseconds, append two new events
of one learner in one millisecond that want the same slot. A registration has one publisher at a time, so the events
must be of different courses as well.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby

from stores.influx.around import (
    ATTENDANCE,
    TRIES,
    Around,
    Arrival,
    Attendance,
    Place,
    Stored,
    arrival_of,
    cut,
    look_around,
)
from stores.influx.client import Influx
from stores.influx.influxql import NS_OF_MS, Script
from stores.influx.lines import EVENT, check, line_of, slot_of, tag_of, text
from stores.influx.rollup import roll_up
from stores.ports.events import Event

EVENTS_AT_ONCE = 4_000


class Keeper:
    def __init__(self, influx: Influx) -> None:
        self._influx = influx
        self._alone = asyncio.Lock()

    async def append(self, events: Iterable[Event]) -> None:
        ordered = in_order(events)
        for event in ordered:
            check(event)
        for chunk in chunks(map(arrival_of, ordered)):
            async with self._alone:
                around = await look_around(self._influx, chunk)
                lines = list(placed(chunk, around))
                # Events before attendances: an attendance without its events would stay if we ended in between.
                await self._influx.write(lines + attended(chunk, around, Script()))
            await roll_up(self._influx, courses_of(chunk))

    async def remove(self, events: Iterable[Event]) -> None:
        for chunk in chunks(map(arrival_of, in_order(events))):
            async with self._alone:
                around = await look_around(self._influx, chunk)
                deletions = Script()
                for arrival in chunk:
                    stored = around.events[arrival.learner].pop(arrival.id, None)
                    if stored is not None:
                        learner = deletions.equal("learner", tag_of(arrival.learner.key))
                        deletions.delete(of=EVENT, where=[learner, f"time = {stored.time}"])
                lines = attended(chunk, around, deletions)
                if deletions.statements:
                    await self._influx.ask(deletions)
                await self._influx.write(lines)
            await roll_up(self._influx, courses_of(chunk))


def in_order(events: Iterable[Event]) -> Sequence[Event]:
    """So that a chunk touches few quarters, and two that meet are placed in an order of their own."""
    return sorted(events, key=lambda event: (event.at, event.course_key, event.learner_id, event.id.int))


def chunks(arrivals: Iterable[Arrival]) -> Iterator[Sequence[Arrival]]:
    """Whole quarters where they fit, so that one chunk's writing does not make the next one look around."""
    chunk: list[Arrival] = []
    for _, quarter in groupby(arrivals, key=lambda each: each.learner.quarter):
        for part in cut(quarter, EVENTS_AT_ONCE):
            if len(chunk) + len(part) > EVENTS_AT_ONCE:
                yield chunk
                chunk = []
            chunk += part
    if chunk:
        yield chunk


def courses_of(arrivals: Iterable[Arrival]) -> Collection[Place]:
    return dict.fromkeys(arrival.course for arrival in arrivals).keys()


def placed(arrivals: Iterable[Arrival], around: Around) -> Iterator[str]:
    """The lines of events that are not stored yet, each at a free slot of its millisecond."""
    taken: dict[Place, set[int]] = {}
    for event, key, at, learner, course, _ in arrivals:
        stored = around.events[learner]
        if key in stored:
            continue
        if learner not in taken:
            taken[learner] = {each.time for each in stored.values()}
        slot = slot_of(event.id.bytes, NS_OF_MS)
        while at + slot in taken[learner]:
            slot = (slot + 1) % NS_OF_MS
        taken[learner].add(at + slot)
        stored[key] = Stored(at + slot, course.key, event.duration_ms or 0)
        yield line_of(event, at + slot)


def attended(arrivals: Iterable[Arrival], around: Around, deletions: Script) -> list[str]:
    """The lines of attendances that are not as they should be; those of nobody are added to the deletions."""
    lines: list[str] = []
    counts: dict[Place, dict[str, Attendance]] = {}
    for learner, course, seat in dict.fromkeys((each.learner, each.course, each.seat) for each in arrivals):
        if learner not in counts:
            counts[learner] = counted(learner.key, around.events[learner].values())
        count = counts[learner].get(course.key)
        there = around.attendances[course]
        time, known = there.by_learner.get(learner.key, (None, None))
        if count is None:
            if time is not None:
                key = deletions.equal("course", tag_of(course.key))
                deletions.delete(of=ATTENDANCE, where=[key, f"time = {time}"])
            continue
        if time is None:
            time = next(slot for slot in range(seat, seat + TRIES) if slot not in there.taken)
            there.taken.add(time)
        if count != known:
            lines.append(
                f"{ATTENDANCE},course={tag_of(course.key)} learner={text(count.learner_id)},"
                f"events={count.events}i,active_ms={count.active_ms}i {time}"
            )
    return lines


def counted(learner_id: str, stored: Iterable[Stored]) -> dict[str, Attendance]:
    """A learner's attendances of a quarter, by course."""
    found: dict[str, Attendance] = {}
    for _, course_key, duration_ms in stored:
        _, events, active_ms = found.get(course_key, (learner_id, 0, 0))
        found[course_key] = Attendance(learner_id, events + 1, active_ms + duration_ms)
    return found
