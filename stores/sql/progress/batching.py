"""Batching: any number of events are written in transactions of a bounded size."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from stores.batches import SQL_ROWS
from stores.domain.event_validity import check_events
from stores.domain.events import Event, Verb
from stores.domain.progress import Verdict


def batches(events: Sequence[Event], most: int) -> list[list[int]]:
    """The places of the events, in batches of `most` or somewhat more (at most twice as many).

    Events of one registration, and of one id, stay together and in their order where a batch has room for them. Voids
    come last, so that they find their targets in the ledger."""
    if len(events) <= most:
        return [list(range(len(events)))]
    group: dict[UUID, int] = {}  # numbers, which sort many times faster than UUIDs
    for event in events:
        group.setdefault(event.id, event.registration.int)
    keys = [(event.verb is Verb.VOIDED, group[event.id]) for event in events]
    made: list[list[int]] = [[]]
    for place in sorted(range(len(events)), key=keys.__getitem__):
        batch = made[-1]
        if len(batch) >= most and (keys[batch[-1]] != keys[place] or len(batch) >= 2 * most):
            made.append(batch := [])
        batch.append(place)
    return made


async def in_batches(
    events: Sequence[Event], write: Callable[[Sequence[Event], bool], Awaitable[Sequence[Verdict]]]
) -> Sequence[Verdict]:
    """Write the events batch by batch and return their verdicts, in the order of the events. `write` also gets whether
    a batch was written before. `Rejected`, with nothing written: an event that no store could give back exactly."""
    check_events(events, store="progress")
    verdicts: dict[int, Verdict] = {}
    for places in batches(events, SQL_ROWS):
        written = await write([events[place] for place in places], bool(verdicts))
        verdicts.update(zip(places, written, strict=True))
    return [verdicts[place] for place in range(len(events))]
