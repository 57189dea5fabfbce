"""Events on their way in: where each belongs, in which order they are taken, and how many at a time."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import NamedTuple, TypeVar

from stores.domain.calendar import QUARTER
from stores.domain.events import Event
from stores.domain.paging import EPOCH, to_ms
from stores.influx.influxql import NS_OF_MS
from stores.influx.lines import slot_of

T = TypeVar("T")

QUARTER_NS = QUARTER // (EPOCH.resolution) * 1000
TRIES = 16
"""Slots after its own that an attendance looks at. All of them taken is not to be expected in this universe."""
EVENTS_AT_ONCE = 4_000


class Place(NamedTuple):
    """A learner's or a course's quarter of an hour."""

    key: str
    quarter: int


class Arrival(NamedTuple):
    """An event and where it belongs: its time in ns, the two quarters, the slot that its attendance would like."""

    event: Event
    at: int
    learner: Place
    course: Place
    seat: int


def in_order(events: Iterable[Event]) -> Sequence[Event]:
    """So that a chunk touches few quarters, and two that meet are placed in an order of their own."""
    return sorted(events, key=lambda event: (event.at, event.course_key, event.learner_id, event.id.int))


def arrivals_of(events: Iterable[Event]) -> Iterator[Arrival]:
    seats: dict[str, int] = {}
    for event in events:
        learner_id = event.learner_id
        seat = seats.get(learner_id)
        if seat is None:
            seat = seats[learner_id] = slot_of(learner_id.encode(), QUARTER_NS - TRIES)
        at = to_ms(event.at) * NS_OF_MS
        quarter = at - at % QUARTER_NS
        yield Arrival(event, at, Place(learner_id, quarter), Place(event.course_key, quarter), quarter + seat)


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


def learners_of(arrivals: Iterable[Arrival]) -> Collection[Place]:
    return dict.fromkeys(arrival.learner for arrival in arrivals).keys()


def courses_of(arrivals: Iterable[Arrival]) -> Collection[Place]:
    return dict.fromkeys(arrival.course for arrival in arrivals).keys()


def cut(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    rest = iter(items)
    while part := tuple(islice(rest, size)):
        yield part
