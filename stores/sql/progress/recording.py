"""Recording: a cut of events becomes ledger rows, and the rows that follow from them, in one transaction."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from stores.domain.admission import judge
from stores.domain.catalog import CourseVersion
from stores.domain.commit import commit_of
from stores.domain.events import Event, Verb, digest
from stores.domain.item_progress import ATTEMPTS, outcome
from stores.domain.outbox import Consumer
from stores.domain.progress import Certificate, Enrollment, Verdict, VerdictStatus
from stores.domain.progress_projection import CourseIndex, fold, refold
from stores.sql.core.pool import Connection
from stores.sql.outbox.rows import outbox_values
from stores.sql.progress import ledger
from stores.sql.progress import snapshot as standings
from stores.sql.progress.rows import ledger_values
from stores.sql.progress.snapshot import Changes, Locked


async def record_cut(
    connection: Connection,
    events: Sequence[Event],
    outline: Callable[[CourseVersion], CourseIndex],
    codes: Callable[[], str],
    consumers: Collection[Consumer],
) -> list[Verdict]:
    """`consumers`: whom the outbox is to tell."""
    before = await standings.lock(connection, {event.registration for event in events})
    enrollments = {key: locked.standing.enrollment for key, locked in before.items()}
    outlines = {key: outline(row.pin) for key, row in enrollments.items()}
    item_keys = {key: course.by_key for key, course in outlines.items()}
    digests = [digest(event) for event in events]
    targets = {event.voids for event in events if event.verb is Verb.VOIDED and event.voids is not None}
    known = await ledger.known(connection, targets)

    # Which ids are taken shows when they are inserted: nearly always none is, and nobody had to look.
    verdicts = judge(events, digests, known=known, enrollments=enrollments, item_keys=item_keys)
    places = [place for place, verdict in enumerate(verdicts) if verdict.status is VerdictStatus.ACCEPTED]
    rows = [ledger_values(events[place], digests[place], success(events[place], outlines)) for place in places]
    added = await ledger.add(connection, rows)
    if others := {event.id for event in events} - added.keys():
        known |= await ledger.known(connection, others)
        verdicts = judge(events, digests, known=known, enrollments=enrollments, item_keys=item_keys)

    new = defaultdict(list)
    anew: dict[UUID, Enrollment] = {}
    for event, verdict in zip(events, verdicts, strict=True):
        if verdict.status is VerdictStatus.ACCEPTED:
            new[event.registration].append(event)
            voids = event.verb is Verb.VOIDED and (event.voids in known or event.voids in added)
            if voids or added[event.id]:
                anew[event.registration] = enrollments[event.registration]
    whole = await ledger.whole(connection, anew)
    await standings.save(connection, changes(before, new, whole, outlines, codes, consumers))
    return verdicts


def success(event: Event, outlines: Mapping[UUID, CourseIndex]) -> bool | None:
    if event.item_key is None or event.verb not in ATTEMPTS:
        return None
    return outcome(event, outlines[event.registration].by_key[event.item_key])


def changes(
    before: Mapping[UUID, Locked],
    new: Mapping[UUID, Sequence[Event]],
    whole: Mapping[UUID, Sequence[Event]],
    outlines: Mapping[UUID, CourseIndex],
    codes: Callable[[], str],
    consumers: Collection[Consumer],
) -> Changes:
    """What follows from new events; from a registration's whole ledger where a void asks for that."""
    made = Changes()
    for key, events in new.items():
        standing, commits, at = before[key]
        course = outlines[key]
        after = refold(standing, whole[key], course) if key in whole else fold(standing, events, course)
        commit = commit_of(standing, after, events, whole.get(key), course, number=commits + 1, at=at)
        made.standings.append((standing, after))
        made.numbers[key] = commit.number
        made.voided.extend((key, event.id) for event in commit.voided)
        if commit.resume is not None:
            made.resume_points.append(commit.resume)
        satisfied_at = after.course.satisfied_at
        if satisfied_at is not None and standing.course.satisfied_at is None:
            made.certificates.append(Certificate(registration=key, issued_at=satisfied_at, verify_code=codes()))
        for consumer in consumers:
            if (part := commit.for_consumer(consumer)) is not None:
                made.owed.append(outbox_values(part, consumer))
    return made
