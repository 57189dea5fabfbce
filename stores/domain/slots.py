"""Slots: the place of an event among the events of its registration in one millisecond.

The ledger assigns slots while it holds the registration's row lock. An event's place in a timeline is its millisecond
and its slot. It never changes, so writers of the timeline never read before they write.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple
from uuid import UUID
from zlib import crc32

from stores.domain.events import Event
from stores.domain.paging import to_ms
from stores.errors import Rejected

SLOTS = 1_000_000
"""Slots in one millisecond, so that a place fits into the nanoseconds of a time stamp."""


class Place(NamedTuple):
    """The position of an event in the order of a timeline: ms since 1970, slot."""

    ms: int
    slot: int


class Moment(NamedTuple):
    """A millisecond of a registration, in which slots are unique. `ms`: since 1970."""

    registration: UUID
    ms: int


def place_of(event: Event) -> Place:
    """The place of an event of the ledger. `Rejected` (timeline) if no slot was assigned."""
    if event.slot is None:
        raise Rejected("timeline", f"event {event.id}: the ledger has assigned no slot")
    return Place(to_ms(event.at), event.slot)


def moment_of(event: Event) -> Moment:
    """The moment within which the event's slot is unique."""
    return Moment(event.registration, to_ms(event.at))


def assign_slots(events: Iterable[Event], taken: Mapping[Moment, Collection[int]]) -> dict[UUID, int]:
    """A free slot for each event, by event id. `taken`: the slots that the ledger has for the events' moments.

    The search starts at a hash of the id, so that the slots of one moment are spread. `Rejected` (progress) if a moment
    has no free slot left."""
    used: defaultdict[Moment, set[int]] = defaultdict(set)
    for moment, slots in taken.items():
        used[moment].update(slots)
    assigned = {}
    for event in events:
        slots = used[moment_of(event)]
        if len(slots) >= SLOTS:
            raise Rejected("progress", f"event {event.id}: its registration has {SLOTS:,} events in this millisecond")
        slot = crc32(event.id.bytes) % SLOTS
        while slot in slots:
            slot = (slot + 1) % SLOTS
        slots.add(slot)
        assigned[event.id] = slot
    return assigned
