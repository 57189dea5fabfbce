"""Slots are unique in their millisecond, spread, and no part of what an event says."""

from dataclasses import replace
from uuid import UUID

import pytest

from stores.domain.event_digest import digest
from stores.domain.slots import SLOTS, Moment, Place, assign_slots, moment_of, place_of
from stores.errors import Rejected
from tests.stores.learning import FULL

NOW = Moment(UUID(int=1), 0)
IDS = [UUID(int=number) for number in range(1, 2_001)]


def test_the_slots_of_a_moment_differ_and_are_spread() -> None:
    slots = assign_slots(dict.fromkeys(IDS, NOW), {})
    assert slots.keys() == {*IDS}
    assert len({*slots.values()}) == len(IDS)
    assert all(0 <= slot < SLOTS for slot in slots.values())
    assert max(slots.values()) - min(slots.values()) > SLOTS / 2


def test_a_taken_slot_is_left_out() -> None:
    [first] = assign_slots({IDS[0]: NOW}, {}).values()
    taken = {first, (first + 1) % SLOTS}
    assert assign_slots({IDS[0]: NOW}, {NOW: taken}) == {IDS[0]: (first + 2) % SLOTS}
    assert assign_slots({IDS[0]: Moment(NOW.registration, 1)}, {NOW: taken}) == {IDS[0]: first}
    assert taken == {first, (first + 1) % SLOTS}


def test_the_last_free_slot_is_found_and_no_slot_is_shared() -> None:
    taken = {NOW: {*range(SLOTS)} - {3}}
    assert assign_slots({IDS[0]: NOW}, taken) == {IDS[0]: 3}
    with pytest.raises(Rejected, match=r"has 1,000,000 events in this millisecond$"):
        assign_slots({IDS[0]: NOW, IDS[1]: NOW}, taken)


def test_a_slot_is_neither_in_the_digest_nor_in_equality() -> None:
    other = replace(FULL, slot=6)
    assert other == FULL
    assert digest(other) == digest(FULL)


def test_a_place_is_the_millisecond_and_the_slot() -> None:
    assert place_of(FULL) == Place(moment_of(FULL).ms, 5)
    with pytest.raises(Rejected, match="no slot"):
        place_of(replace(FULL, slot=None))
