"""Recording interactions: a batch of events, each with a verdict of its own, so that a bad one costs no good one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from resolvers import permissions
from resolvers.context import Context
from resolvers.mutations.fast_inputs import of_leaves
from resolvers.mutations.inputs import UserError, wrong
from resolvers.mutations.payloads import InteractionResult, RecordResult
from resolvers.types.enums import Verb, VerdictStatus
from resolvers.value_rules import (
    LONGEST_KEY,
    LONGEST_TEXT,
    fault_of_amount,
    fault_of_document,
    fault_of_duration,
    fault_of_moment,
    fault_of_name,
    fault_of_share,
)
from resolvers.writes.event_writer import WritableEnrollment, opened, record, refusal, unknown_to
from stores.domain.events import VERB_IRIS, Event
from stores.domain.progress import Enrollment, Verdict

MOST_EVENTS = 500
VOUCHED = frozenset({Verb.REGISTERED, Verb.UNREGISTERED, Verb.WAIVED, Verb.VOIDED})
"""What learners do not say of themselves here; `enroll` and `withdraw` are for them."""
NONE: Mapping[str, Any] = {}


@of_leaves
@strawberry.input(description="Something that a learner did.")
class InteractionInput:
    id: UUID = strawberry.field(description="The client's own; the same one again is no second event.")
    registration: UUID = strawberry.field(description="The enrolment in which it was done.")
    verb: Verb = strawberry.field(description="What was done.")
    verb_iri: str | None = strawberry.field(default=None, description="xAPI's name of the verb; the usual if absent.")
    item_key: str | None = strawberry.field(default=None, description="The item it was done to.")
    at: datetime = strawberry.field(description="When: since 2000, and at most 5 minutes ahead of the gateway.")
    score: float | None = strawberry.field(default=None, description="0…1.")
    success: bool | None = strawberry.field(default=None, description="Whether an attempt succeeded, where it is said.")
    progress: float | None = strawberry.field(default=None, description="How much of the item is done, 0…1.")
    duration_seconds: float | None = strawberry.field(default=None, description="How long it took; 366 days at most.")
    position: float | None = strawberry.field(default=None, description="Where in the item, in its own unit.")
    session_id: strawberry.ID | None = strawberry.field(default=None, description="The sitting it was part of.")
    voids: UUID | None = strawberry.field(default=None, description="The event that a VOIDED takes back, and no other.")
    extensions: JSON | None = strawberry.field(default=None, description="What else is known; 64 kB at most.")


@strawberry.input(description="A batch of events, of one enrolment or many, in any order.")
class RecordInteractionsInput:
    events: list[InteractionInput] = strawberry.field(description="At most 500.")


async def record_interactions(context: Context, given: RecordInteractionsInput) -> RecordResult:
    if len(given.events) > MOST_EVENTS:
        return RecordResult([], [wrong(f"are more than {MOST_EVENTS}", "input", "events")])
    if not given.events:
        return RecordResult([], [])
    enrolled = await opened(context, [told.registration for told in given.events])
    vouching = {
        key
        for key, row in enrolled.items()
        if isinstance(row, WritableEnrollment) and may_write_for_others(context, row.enrollment)
    }
    now = context.peer.now()
    events: list[Event] = []
    refused: dict[int, UserError] = {}
    for place, told in enumerate(given.events):
        into = enrolled[told.registration]
        if isinstance(into, str):
            refused[place] = refusal(into, *at(place))
        elif told.verb in VOUCHED and told.registration not in vouching:
            message = f"{told.verb.value} is not for learners to say"
            refused[place] = UserError(code="FORBIDDEN", message=message, path=[*at(place), "verb"])
        elif fault := fault_of_interaction(told, now):
            refused[place] = wrong(fault[1], *at(place), fault[0])
        else:
            events.append(event_of(told, into.enrollment))
    courses = {id(row.course): row.course for row in enrolled.values() if isinstance(row, WritableEnrollment)}
    verdicts = iter(await record(context, events, courses.values()) if events else ())
    return RecordResult(
        [
            rejected(told.id, refused[place]) if place in refused else result(context, place, next(verdicts))
            for place, told in enumerate(given.events)
        ],
        [],
    )


def at(place: int) -> tuple[str, ...]:
    return "input", "events", str(place)


def may_write_for_others(context: Context, row: Enrollment) -> bool:
    return permissions.may_write_for_others(context.viewer, row.course_key)


def rejected(event_id: UUID, error: UserError) -> InteractionResult:
    return InteractionResult(id=event_id, status=VerdictStatus.REJECTED, error=error)


def result(context: Context, place: int, verdict: Verdict) -> InteractionResult:
    code = verdict.code
    if code is None:
        return InteractionResult(id=verdict.id, status=verdict.status, error=None)
    return rejected(
        verdict.id, refusal(unknown_to(context.viewer) if code == "UNKNOWN_REGISTRATION" else code, *at(place))
    )


def fault_of_interaction(told: InteractionInput, now: datetime) -> tuple[str, str] | None:
    """The first part that is wrong by itself, and how. What passes here, every store can keep."""
    if fault := fault_of_moment(told.at, now):
        return "at", fault
    if told.verb_iri is not None and (fault := fault_of_name(told.verb_iri, LONGEST_TEXT)):
        return "verbIri", fault
    if told.item_key is not None and (fault := fault_of_name(told.item_key, LONGEST_KEY)):
        return "itemKey", fault
    if told.session_id is not None and (fault := fault_of_name(told.session_id, LONGEST_KEY)):
        return "sessionId", fault
    if fault := fault_of_share(told.score):
        return "score", fault
    if fault := fault_of_share(told.progress):
        return "progress", fault
    if fault := fault_of_duration(told.duration_seconds):
        return "durationSeconds", fault
    if fault := fault_of_amount(told.position):
        return "position", fault
    if (told.voids is None) is (told.verb is Verb.VOIDED):
        return "voids", "is given where the verb is VOIDED, and there only"
    if told.extensions is not None and (fault := fault_of_document(told.extensions)):
        return "extensions", fault
    return None


def event_of(told: InteractionInput, enrollment: Enrollment) -> Event:
    seconds, extensions = told.duration_seconds, told.extensions
    return Event(
        id=told.id,
        registration=told.registration,
        learner_id=enrollment.learner_id,
        course_key=enrollment.course_key,
        verb=told.verb,
        verb_iri=told.verb_iri or VERB_IRIS[told.verb],
        at=told.at,
        item_key=told.item_key,
        score=told.score,
        success=told.success,
        progress=told.progress,
        duration_ms=None if seconds is None else round(seconds * 1000),
        position=told.position,
        session_id=told.session_id,
        voids=told.voids,
        extensions=extensions if isinstance(extensions, Mapping) else NONE,
    )
