"""Slots: the place of an event among the events of its registration in one millisecond.

The ledger assigns slots while it holds the registration's row lock. An event's place in a timeline is its millisecond
and its slot. It never changes, so writers of the timeline never read before they write.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple
from uuid import UUID
from zlib import crc32

from stores.domain.events import Event
from stores.domain.paging import TIMELINE, to_ms
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


def position_of(cursor: str) -> tuple[int, int, str]:
    """The position of a cursor of a timeline: ms, slot, course key. `Rejected` (timeline): malformed."""
    ms, slot, course_key = TIMELINE.decode(cursor)
    if not 0 <= int(slot) < SLOTS:
        raise Rejected(TIMELINE.store, "malformed cursor")
    return int(ms), int(slot), course_key


def cursor_of(event: Event) -> str:
    """The cursor of an event in a timeline."""
    return TIMELINE.encode(*place_of(event), event.course_key)


def moment_of(event: Event) -> Moment:
    """The moment within which the event's slot is unique."""
    return Moment(event.registration, to_ms(event.at))


def moments_of(events: Iterable[Event]) -> list[Moment]:
    """The moment of each event."""
    moments: list[Moment] = []
    last: Event | None = None
    for event in events:
        if last is not None and event.at == last.at and event.registration == last.registration:
            moments.append(moments[-1])  # the events of a batch are often of one moment
        else:
            moments.append(moment_of(event))
        last = event
    return moments


def assign_slots(moments: Mapping[UUID, Moment], taken: Mapping[Moment, Collection[int]]) -> dict[UUID, int]:
    """Assign a free slot to each new event, and return the slots by event id. `moments`: the moment of each new event,
    by event id; `taken`: the slots that the ledger uses in these moments.

    The search starts at a hash of the id, so that the slots of one moment are spread. `Rejected` (progress) if a moment
    has no free slot left."""
    used: dict[Moment, set[int]] = {}
    assigned = {}
    for key, moment in moments.items():
        if (slots := used.get(moment)) is None:
            slots = used[moment] = set(taken.get(moment, ()))
        if len(slots) >= SLOTS:
            raise Rejected("progress", f"event {key}: its registration has {SLOTS:,} events in this millisecond")
        slot = crc32(key.bytes) % SLOTS
        while slot in slots:
            slot = (slot + 1) % SLOTS
        slots.add(slot)
        assigned[key] = slot
    return assigned
