"""The contract of slots, on every backend of progress: each event has a place that no other event of its registration
has, and every verdict on the event has the same slot."""

import asyncio
from collections.abc import Sequence
from random import Random
from uuid import UUID

from stores.domain.events import Event, Verb
from stores.domain.progress import VerdictStatus
from stores.domain.slots import SLOTS, place_of
from stores.ports.progress import Progress
from tests.stores.learning import CATALOG, done, enroll, enrollment, record

CLASHING, CLASHING_SLOT = (109, 28621, 43145), 399_984
"""Ids whose search for a slot starts at the same one."""


async def slots_of(progress: Progress, *events: Event) -> list[int | None]:
    return [verdict.slot for verdict in await progress.record(events, items=CATALOG)]


async def stored(progress: Progress, events: Sequence[Event]) -> list[Event]:
    found = await progress.ledger([event.id for event in events])
    return [found[event.id] for event in events]


async def test_events_of_one_millisecond_have_different_slots(progress: Progress) -> None:
    """In one batch and in several, by `record` and by `load`."""
    await enroll(progress, enrollment(1), enrollment(2))
    events = [done(number, Verb.PLAYED, "video", of=1 + number % 2) for number in range(1, 301)]
    slots = [*await slots_of(progress, *events[:100]), *await slots_of(progress, *events[100:150])]
    slots += [verdict.slot for verdict in await progress.load(events[150:], items=CATALOG)]
    found = await stored(progress, events)
    assert [event.slot for event in found] == slots
    assert all(slot is not None and 0 <= slot < SLOTS for slot in slots)
    assert len({(event.registration, place_of(event)) for event in found}) == len(events)


async def test_clashes_within_a_batch_and_with_the_ledger_are_resolved(progress: Progress) -> None:
    await enroll(progress, enrollment(1))
    one, two, three = (done(number, Verb.PLAYED, "video") for number in CLASHING)
    assert await slots_of(progress, one, two) == [CLASHING_SLOT, CLASHING_SLOT + 1]
    assert await slots_of(progress, three) == [CLASHING_SLOT + 2]


async def test_other_milliseconds_and_registrations_do_not_clash(progress: Progress) -> None:
    await enroll(progress, enrollment(1), enrollment(2))
    one, two, three = CLASHING
    events = [
        done(one, Verb.PLAYED, "video"),
        done(two, Verb.PLAYED, "video", at=0.001),
        done(three, Verb.PLAYED, "video", of=2),
    ]
    assert await slots_of(progress, *events) == [CLASHING_SLOT] * 3


async def test_a_duplicate_has_the_stored_slot_and_a_rejected_event_none(progress: Progress) -> None:
    await enroll(progress, enrollment(1))
    one, two, three = (done(number, Verb.PLAYED, "video") for number in CLASHING)
    assert await slots_of(progress, one, two) == [CLASHING_SLOT, CLASHING_SLOT + 1]
    verdicts = await progress.record(
        [two, three, three, done(CLASHING[0], Verb.PASSED), done(4, Verb.PLAYED, of=9)], items=CATALOG
    )
    [event] = await stored(progress, [three])
    assert event.slot not in (None, CLASHING_SLOT, CLASHING_SLOT + 1)
    assert [(verdict.status, verdict.slot) for verdict in verdicts] == [
        (VerdictStatus.DUPLICATE, CLASHING_SLOT + 1),
        (VerdictStatus.ACCEPTED, event.slot),
        (VerdictStatus.DUPLICATE, event.slot),
        (VerdictStatus.REJECTED, None),
        (VerdictStatus.REJECTED, None),
    ]


async def test_the_slot_of_a_sent_event_is_ignored(progress: Progress) -> None:
    """The ledger decides."""
    await enroll(progress, enrollment(1))
    assert await slots_of(progress, done(CLASHING[0], Verb.PLAYED, "video", slot=7)) == [CLASHING_SLOT]
    assert await record(progress, done(CLASHING[0], Verb.PLAYED, "video", slot=8)) == ["DUPLICATE"]
    [event] = await stored(progress, [done(CLASHING[0], Verb.PLAYED, "video")])
    assert event.slot == CLASHING_SLOT


async def test_writers_at_once_never_share_a_place(progress: Progress) -> None:
    await enroll(progress, enrollment(1))
    chance = Random(3)
    events = [done(number, Verb.PLAYED, "video", at=chance.randint(0, 3) / 1000) for number in range(1, 201)]
    batches = [chance.sample(events, 40) for _ in range(20)]  # each event several times
    heard = dict[UUID, set[int | None]]()
    for verdicts in await asyncio.gather(*(progress.record(batch, items=CATALOG) for batch in batches)):
        for verdict in verdicts:
            heard.setdefault(verdict.id, set()).add(verdict.slot)
    found = await stored(progress, [event for event in events if event.id in heard])
    assert {event.id: {event.slot} for event in found} == heard
    assert len({place_of(event) for event in found}) == len(found)
