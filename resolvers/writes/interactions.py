"""Recording batches of events, and loading them in bulk. Each event has its own verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from resolvers import permissions
from resolvers.viewer import Viewer
from resolvers.writes.event_faults import Interaction, problem_with_event, verdict_fault
from resolvers.writes.faults import Fault, Refusal, too_many
from resolvers.writes.grading import learner_faults
from resolvers.writes.ledger import record_events
from resolvers.writes.reenrolling import reenrolling_faults
from resolvers.writes.writable_enrollments import WritableEnrollment, code_of_unknown, find_writable
from resolvers.writes.write_stores import WriteStores
from stores.domain.catalog import CourseVersion, Item
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.progress import Enrollment, Verdict, VerdictStatus
from stores.domain.quick_records import maker
from stores.ports.stores import Stores

STAFF_VERBS = frozenset({Verb.REGISTERED, Verb.UNREGISTERED, Verb.WAIVED, Verb.VOIDED})
"""Verbs that a learner may not record; `enroll` and `withdraw` are for learners."""
NO_EXTENSIONS: Mapping[str, Any] = {}
make_event = maker(Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordInteractions:
    """A batch of at most 500 events, of one enrolment or many, in any order."""

    events: Sequence[Interaction]


class EventVerdict(NamedTuple):
    """What became of one event. `fault` says why a REJECTED one was not kept; ACCEPTED and DUPLICATE have none, but the
    `slot` that the ledger stores."""

    id: UUID
    status: VerdictStatus
    fault: Fault | None = None
    slot: int | None = None


async def record_interactions(
    stores: WriteStores, viewer: Viewer, command: RecordInteractions
) -> tuple[EventVerdict, ...] | Refusal:
    """Record a batch in one transaction; one verdict for each event, in order.

    A wrong event costs no other event. Repeating a batch is harmless: an event with a recorded id and the same body is
    a DUPLICATE, with another body a CONFLICT (xAPI 4.1.4). Paths of faults begin with ("events", place).
    Raises StoreError: nothing of the batch is known to be written, and the same batch may be sent again.
    """
    if refusal := too_many(len(command.events), "events"):
        return refusal
    if not command.events:
        return ()
    enrolled = await find_writable(stores, viewer, [given.registration for given in command.events])
    writable = {key: row for key, row in enrolled.items() if isinstance(row, WritableEnrollment)}
    staffed = {
        key for key, row in writable.items() if permissions.may_write_for_others(viewer, row.enrollment.course_key)
    }
    now = stores.now()
    events: dict[int, Event] = {}
    faults: dict[int, Fault] = {}
    for place, given in enumerate(command.events):
        target = enrolled[given.registration]
        if isinstance(target, str):
            faults[place] = verdict_fault(target, "events", place)
        elif given.verb in STAFF_VERBS and given.registration not in staffed:
            message = f"a learner may not record {given.verb.value}"
            faults[place] = Fault("FORBIDDEN", message, ("events", place, "verb"))
        elif problem := problem_with_event(given, now):
            faults[place] = Fault("BAD_USER_INPUT", problem[1], ("events", place, problem[0]))
        else:
            events[place] = event_of(given, target.enrollment)
    for found in (reenrolling_faults(stores, viewer, events), learner_faults(stores, viewer, events, writable)):
        for place, fault in (await found).items():
            faults[place] = Fault(fault.code, fault.message, ("events", place, *fault.path))
            del events[place]
    courses = {id(row.course): row.course for row in writable.values()}
    verdicts = await record_events(stores, list(events.values()), courses.values()) if events else ()
    return _merge([given.id for given in command.events], faults, verdicts, unknown=code_of_unknown(viewer))


async def load_events(
    stores: Stores,
    events: Sequence[Event],
    *,
    items: Mapping[CourseVersion, Sequence[Item]],
    now: datetime,
) -> tuple[EventVerdict, ...]:
    """Load events of an import; one verdict for each event, in order. Any number of events.

    The rules and the verdicts are those of `record_interactions`, but the events leave nothing in the outbox: an import
    writes the timeline itself (`Progress.load`). `items`: those of every pinned version in use. `now`: the gateway's
    clock in UTC. Paths of faults begin with ("events", place). Raises StoreError.
    """
    faults: dict[int, Fault] = {}
    sound: list[Event] = []
    for place, event in enumerate(events):
        if problem := problem_with_event(event, now):
            faults[place] = Fault("BAD_USER_INPUT", problem[1], ("events", place, problem[0]))
        else:
            sound.append(event)
    verdicts = await stores.progress.load(sound, items=items) if sound else ()
    return _merge([event.id for event in events], faults, verdicts, unknown="UNKNOWN_REGISTRATION")


def event_of(given: Interaction, enrollment: Enrollment) -> Event:
    """A valid interaction as an event of the ledger."""
    seconds, extensions = given.duration_seconds, given.extensions
    return make_event(
        id=given.id,
        registration=given.registration,
        learner_id=enrollment.learner_id,
        course_key=enrollment.course_key,
        verb=given.verb,
        verb_iri=given.verb_iri or VERB_IRIS[given.verb],
        at=given.at,
        item_key=given.item_key,
        score=given.score,
        success=given.success,
        progress=given.progress,
        duration_ms=None if seconds is None else round(seconds * 1000),
        position=given.position,
        session_id=given.session_id,
        voids=given.voids,
        extensions=extensions if isinstance(extensions, Mapping) else NO_EXTENSIONS,
    )


def _merge(
    ids: Sequence[UUID], faults: Mapping[int, Fault], verdicts: Sequence[Verdict], *, unknown: str
) -> tuple[EventVerdict, ...]:
    """The faults found here and the ledger's verdicts on all other events, in the order of the events."""
    rest = iter(verdicts)

    def verdict(place: int, event_id: UUID) -> EventVerdict:
        if place in faults:
            return EventVerdict(event_id, VerdictStatus.REJECTED, faults[place])
        judged = next(rest)
        if judged.code is None:
            return EventVerdict(judged.id, judged.status, slot=judged.slot)
        code = unknown if judged.code == "UNKNOWN_REGISTRATION" else judged.code
        return EventVerdict(judged.id, judged.status, verdict_fault(code, "events", place))

    return tuple(verdict(place, event_id) for place, event_id in enumerate(ids))
