"""Cutting: any number of events become transactions of a size that the database likes."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from stores.batches import SQL_ROWS
from stores.domain.admission import check_events
from stores.domain.events import Event, Verb
from stores.domain.progress import Verdict


def batches(events: Sequence[Event], most: int) -> list[list[int]]:
    """The places of the events, cut into transactions of `most` or somewhat more: a registration's events together,
    an id's events together and in their order, voids last, so that they find their targets in the ledger."""
    if len(events) <= most:
        return [list(range(len(events)))]
    group: dict[UUID, int] = {}  # numbers, which sort many times faster than UUIDs
    for event in events:
        group.setdefault(event.id, event.registration.int)
    keys = [(event.verb is Verb.VOIDED, group[event.id]) for event in events]
    made: list[list[int]] = [[]]
    for place in sorted(range(len(events)), key=keys.__getitem__):
        cut = made[-1]
        if len(cut) >= most and (keys[cut[-1]] != keys[place] or len(cut) >= 2 * most):
            made.append(cut := [])
        cut.append(place)
    return made


async def in_batches(
    events: Sequence[Event], write: Callable[[Sequence[Event]], Awaitable[Sequence[Verdict]]]
) -> Sequence[Verdict]:
    """The verdicts, in the order of the events, of writing them cut by cut. `Rejected`, with nothing written: one that
    cannot be kept."""
    check_events(events)
    verdicts: dict[int, Verdict] = {}
    for places in batches(events, SQL_ROWS):
        told = await write([events[place] for place in places])
        verdicts.update(zip(places, told, strict=True))
    return [verdicts[place] for place in range(len(events))]
