"""Recording: write a batch of events to the ledger, and the rows derived from them, in one transaction."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from stores.domain.activity_change import activity_change
from stores.domain.admission import LedgerEntry, admit, with_slots
from stores.domain.catalog import CourseVersion
from stores.domain.commit import make_commit
from stores.domain.event_digest import digest
from stores.domain.events import Event, Verb
from stores.domain.item_progress import ATTEMPTS, outcome
from stores.domain.outbox import Consumer
from stores.domain.progress import Enrollment, Verdict, VerdictStatus
from stores.domain.progress_projection import CourseIndex, fold, refold
from stores.domain.quick_records import revised
from stores.domain.slots import assign_slots, moments_of
from stores.domain.time_spent import session_of
from stores.sql.core.pool import Connection
from stores.sql.outbox.recent_commits import RecentCommits
from stores.sql.progress import ledger, snapshot
from stores.sql.progress.changes import Changes
from stores.sql.progress.group_commit import Traces
from stores.sql.progress.rows import ledger_values
from stores.sql.progress.saving import save
from stores.sql.progress.snapshot import Locked

ACCEPTED = VerdictStatus.ACCEPTED


async def record_batch(
    connection: Connection,
    events: Sequence[Event],
    index_of: Callable[[CourseVersion], CourseIndex],
    codes: Callable[[], str],
    consumers: Collection[Consumer],
    recent: RecentCommits,
    traces: Traces,
) -> list[Verdict]:
    """The verdicts on the events. `codes` makes the verification codes of certificates; `consumers` get commits, which
    are kept as `recent` ones, too, with the traceparent of their first event that has one in `traces`."""
    sessions = {(event.registration, key) for event in events if (key := session_of(event)) is not None}
    moments = moments_of(events)
    before = await snapshot.lock(
        connection,
        {event.registration for event in events},
        sessions=sorted(sessions),
        moments=set(moments),
    )
    enrollments = {key: locked.state.enrollment for key, locked in before.items()}
    indexes = {key: index_of(row.pin) for key, row in enrollments.items()}
    item_keys = {key: course.by_key for key, course in indexes.items()}
    digests = [digest(event) for event in events]
    targets = {event.voids for event in events if event.voids is not None and event.verb is Verb.VOIDED}
    known = await ledger.known(connection, targets)

    # Inserting shows which ids are taken. Nearly always none is, which saves a lookup.
    verdicts = admit(events, digests, known=known, enrollments=enrollments, item_keys=item_keys)
    places = [place for place, verdict in enumerate(verdicts) if verdict.status is ACCEPTED]
    taken = {moment: slots for locked in before.values() for moment, slots in locked.taken.items()}
    slots = assign_slots({events[place].id: moments[place] for place in places}, taken)
    # The slots are in the order of `places`: an id is accepted once.
    placed = [revised(events[place], slot=slot) for place, slot in zip(places, slots.values(), strict=True)]
    rows = [
        ledger_values(event, digests[place], success(event, indexes))
        for place, event in zip(places, placed, strict=True)
    ]
    added = await ledger.add(connection, rows)
    if others := {event.id for event in events} - added.keys():
        known |= await ledger.known(connection, others)
        known |= await digested_again(connection, events, digests, known, enrollments)
        verdicts = admit(events, digests, known=known, enrollments=enrollments, item_keys=item_keys)

    new = defaultdict(list)
    refolded: dict[UUID, Enrollment] = {}
    for place, event in zip(places, placed, strict=True):
        if not others or verdicts[place].status is ACCEPTED:
            new[event.registration].append(event)
            voids = event.voids is not None and (event.voids in known or event.voids in added)
            if voids or added[event.id]:
                refolded[event.registration] = enrollments[event.registration]
    whole = await ledger.whole(connection, refolded)
    made = Changes(recent=recent)
    change(made, before, new, whole, indexes, codes, consumers, traces)
    await save(connection, made)
    stored = {key: entry.slot for key, entry in known.items()} | {key: slots[key] for key in added}
    return with_slots(verdicts, stored)


async def digested_again(
    connection: Connection,
    events: Sequence[Event],
    digests: Sequence[bytes],
    known: Mapping[UUID, LedgerEntry],
    enrollments: Mapping[UUID, Enrollment],
) -> dict[UUID, LedgerEntry]:
    """The ledger's entries that differ from these events, with digests made by today's rule: an older gateway may have
    stored the same event with another digest."""
    differ = {
        event.id
        for event, sha256 in zip(events, digests, strict=True)
        if event.id in known
        and event.registration in enrollments
        and known[event.id].registration == event.registration
        and known[event.id].digest != sha256
    }
    return {
        event.id: LedgerEntry(event.registration, digest(event), event.slot)
        for event in await ledger.by_ids(connection, differ, enrollments)
    }


def success(event: Event, indexes: Mapping[UUID, CourseIndex]) -> bool | None:
    """The outcome of an attempt; None if it is unknown, and for other events."""
    if event.item_key is None or event.verb not in ATTEMPTS:
        return None
    return outcome(event, indexes[event.registration].by_key[event.item_key])


def change(
    made: Changes,
    before: Mapping[UUID, Locked],
    new: Mapping[UUID, Sequence[Event]],
    whole: Mapping[UUID, Sequence[Event]],
    indexes: Mapping[UUID, CourseIndex],
    codes: Callable[[], str],
    consumers: Collection[Consumer],
    traces: Traces,
) -> None:
    """Add what new events change. `whole`: the ledgers of the registrations that a void makes it necessary to fold
    again."""
    for key, events in new.items():
        state, commits, at, *_ = before[key]
        course = indexes[key]
        after = refold(state, whole[key], course) if key in whole else fold(state, events, course)
        if key in whole:
            made.refolded.append(key)
        traceparent = next((traces[event.id] for event in events if event.id in traces), None) if traces else None
        commit = make_commit(
            state, after, events, whole.get(key), course, number=commits + 1, at=at, traceparent=traceparent
        )
        made.add(state, after, commit, counted=before[key].counted, codes=codes, consumers=consumers)
        made.activity.extend((state.enrollment, count) for count in activity_change(events, whole.get(key)))
