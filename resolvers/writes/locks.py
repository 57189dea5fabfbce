"""Locked items: a learner's attempt is refused until the item's prerequisites are satisfied.

Only what learners state of themselves is judged. The ledger and the fold do not know of locks.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from resolvers.data.access_paths import ITEM_ROWS, LEDGER
from resolvers.writes.writable_enrollments import WritableEnrollment
from resolvers.writes.write_stores import WriteStores
from stores.domain.catalog import Item
from stores.domain.events import Event
from stores.domain.item_progress import ATTEMPTS, NO_FACT, merge
from stores.domain.prerequisites import rows_of_course, unmet_prerequisites
from stores.domain.progress import ItemProgress


def locked_message(item_keys: Sequence[str]) -> str:
    """The message of a LOCKED fault. `item_keys`: the unsatisfied prerequisites."""
    return f"is locked until its prerequisites are satisfied: {', '.join(item_keys[:3])}"


async def locked_attempts(
    stores: WriteStores,
    events: Mapping[int, Event],
    targets: Mapping[UUID, WritableEnrollment],
    *,
    items: Mapping[UUID, Mapping[str, Item]],
    repeated: Collection[int],
) -> Mapping[int, Sequence[str]]:
    """The attempts at locked items, with the keys of their unsatisfied prerequisites.

    `events`: those of one request that learners state of themselves, by place. By registration, `targets` and `items`,
    which has those of the course version by key. `repeated`: the places of events that have the id of an earlier one of
    the request: the ledger refuses them.

    An attempt is judged on the stored progress and on all other events of the request that will count and are not
    locked themselves, whatever their order. An event that the ledger already has is not locked: its verdict is that of
    a repetition.
    """
    suspects = {
        place: item
        for place, event in events.items()
        if targets[event.registration].course.enforce_prerequisites
        and (item := _attempted(event, items[event.registration])) is not None
        and item.prerequisites
    }
    registrations = list(dict.fromkeys(events[place].registration for place in suspects))
    kept = await stores.loaders.load_many(ITEM_ROWS, registrations, ()) if suspects else {}
    rows = {key: rows_of_course(key, targets[key].course, kept.get(key, {})) for key in registrations}
    doubtful = {
        events[place].registration
        for place, item in suspects.items()
        if unmet_prerequisites(item, rows[events[place].registration])
    }
    if not doubtful:
        return {}
    judged = {place: event for place, event in events.items() if event.registration in doubtful}
    known = await stores.loaders.load_many(LEDGER, list({event.id: None for event in judged.values()}), ())
    new = {place: event for place, event in judged.items() if event.id not in known}
    counting = await _counting(stores, {place: event for place, event in new.items() if place not in repeated})
    locked: dict[int, Sequence[str]] = {}
    for key in registrations:
        its = {place: event for place, event in new.items() if event.registration == key}
        locked |= _locked_of(its, counting, items[key], rows[key])
    return locked


async def _counting(stores: WriteStores, new: Mapping[int, Event]) -> Collection[int]:
    """The places of the events that no void targets: an earlier one may, although the ledger does not have the event
    yet."""
    if not new:
        return ()
    voided = await stores.read(
        "progress", "voided", len(new), lambda: stores.stores.progress.voided(list(new.values()))
    )
    return {place for place, event in new.items() if event.id not in voided}


def _locked_of(
    events: Mapping[int, Event],
    counting: Collection[int],
    items: Mapping[str, Item],
    stored: Mapping[str, ItemProgress],
) -> dict[int, Sequence[str]]:
    """The locked attempts among the events of one registration. Leaving one out can lock others. `stored`: the progress
    in every item before the events. `counting`: the places of those that change it."""
    attempts = {place: item for place, event in events.items() if (item := _attempted(event, items)) is not None}
    facts: defaultdict[str | None, list[int]] = defaultdict(list)
    for place, event in events.items():
        if place in counting and event.verb not in NO_FACT:
            facts[event.item_key].append(place)
    rows, locked = dict(stored), dict[int, Sequence[str]]()
    changed = items.keys() & facts.keys()
    while True:
        for key in changed:
            left = [events[place] for place in facts[key] if place not in locked]
            rows[key] = merge(stored[key], left, items[key])
        found = {
            place: unmet
            for place, item in attempts.items()
            if place not in locked and (unmet := unmet_prerequisites(item, rows))
        }
        if not found:
            return locked
        locked |= found
        changed = {attempts[place].key for place in found}


def _attempted(event: Event, items: Mapping[str, Item]) -> Item | None:
    """The item that an event attempts; None if it is no attempt at one of these items."""
    return None if event.item_key is None or event.verb not in ATTEMPTS else items.get(event.item_key)
