"""Doubts over memory stores. test_relay.py has them within a relay."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from gateway.doubts import Doubts
from stores.domain.events import Event, Verb
from stores.domain.outbox import PARTITIONS, Consumer
from stores.memory.timeline import MemoryTimeline
from stores.ports.stores import Stores
from tests.clock import Clock
from tests.gateway.memory_stores import memory_stores
from tests.gateway.relay.test_relay import FaultyTimeline, timeline_of
from tests.stores.learning import done, enroll, enrollment, record


@pytest.fixture
async def stores() -> Stores:
    made = memory_stores(Clock())
    await enroll(made.progress, enrollment(1))
    return made


async def test_what_cannot_be_kept_is_no_reason_to_leave_others_in_doubt(stores: Stores) -> None:
    stores = replace(stores, timeline=FaultyTimeline(refuses=UUID(int=20)))
    for number in range(18, 23):
        await record(stores.progress, done(number, Verb.VIEWED, "page", at=number))
    doubts = Doubts(stores, settles=0)
    doubts.note(await stores.outbox.take(Consumer.TIMELINE, range(PARTITIONS), most=999))
    await doubts.mend()
    assert sorted(event.id.int for event in await timeline_of(stores)) == [18, 19, 21, 22]
    assert not doubts._doubted


async def test_a_removal_that_was_not_answered_is_in_doubt_too(stores: Stores) -> None:
    """It writes counts: stored late, they would take the place of newer ones."""
    target = done(1, Verb.PAUSED, "video", at=1)
    await record(stores.progress, target)
    await record(stores.progress, done(2, Verb.VOIDED, at=3_600, voids=target.id))
    _, void = await stores.outbox.take(Consumer.TIMELINE, range(PARTITIONS), most=999)
    removed: list[Event] = []

    class Recording(MemoryTimeline):
        async def remove(self, events: Sequence[Event]) -> None:
            removed.extend(events)

    doubts = Doubts(replace(stores, timeline=Recording()), settles=0)
    doubts.note([void])
    await doubts.mend()
    assert removed == [target]
