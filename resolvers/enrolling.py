"""Enrolling and withdrawing: one event of the ledger each, the enrolment itself with the first."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from resolvers import permissions
from resolvers.context import Context
from resolvers.errors import Refused, forbidden
from resolvers.ids import key_of, uuid7
from resolvers.input_rules import LONGEST_KEY
from resolvers.inputs import Faults, UserError, wrong
from resolvers.learner_writing import document_of
from resolvers.ledger import Noise, opened_one, record_single, refusal, single
from resolvers.loaders import ENROLLMENTS, LATEST, LEARNER_ENROLLMENTS, LEDGER, PROFILES, VERSIONS, EnrollmentsAsked
from resolvers.payloads import Enrolled
from stores.ports.catalog import Course
from stores.ports.events import Verb
from stores.ports.progress import Enrollment

TRIES = 5
"""Who enrols at the same time as another takes turns with them."""


@strawberry.input(description="A learner takes a course, in its newest version; one who withdrew takes it up again.")
class EnrollInput:
    id: UUID | None = strawberry.field(
        default=None, description="Names the ledger event that this is (idempotency); made when absent."
    )
    learner: strawberry.ID = strawberry.field(description="Global id of the learner.")
    course: str = strawberry.field(description="Key of the course.")
    registration: UUID | None = strawberry.field(
        default=None, description="The enrolment's key; made when absent. CONFLICT where there is another already."
    )
    at: datetime | None = strawberry.field(default=None, description="When; now if absent.")
    attributes: JSON | None = strawberry.field(
        default=None,
        description="What else is known of a new enrolment, 64 kB at most; one that is there keeps its own.",
    )


@strawberry.input(description="A learner leaves a course. What was done stays done.")
class WithdrawInput:
    id: UUID | None = strawberry.field(
        default=None, description="Names the ledger event that this is (idempotency); made when absent."
    )
    registration: UUID = strawberry.field(description="The enrolment.")
    at: datetime | None = strawberry.field(default=None, description="When; now if absent.")


async def withdraw(context: Context, given: WithdrawInput, *, noise: Noise) -> Enrolled:
    found = await opened_one(context, given.registration)
    if isinstance(found, UserError):
        return Enrolled(None, [found])
    faults = Faults("input")
    faults.moment("at", given.at, now=context.peer.now())
    if faults.found:
        return Enrolled(None, faults.found)
    event = single(context, given, found.enrollment, Verb.UNREGISTERED, noise=noise)
    code = await record_single(context, given, event, found.course)
    return Enrolled(given.registration, []) if code is None else Enrolled(None, [refusal(code, "input")])


async def enroll(context: Context, given: EnrollInput, *, noise: Noise) -> Enrolled:
    try:
        learner_id = key_of("Learner", given.learner)
    except Refused as error:
        return Enrolled(None, [wrong(error.message, "input", "learner")])
    if not permissions.may_write_enrollment(context.viewer, learner_id, given.course):
        raise forbidden()
    faults = Faults("input")
    faults.text("course", given.course, longest=LONGEST_KEY)
    faults.moment("at", given.at, now=context.peer.now())
    faults.document("attributes", given.attributes)
    if faults.found:
        return Enrolled(None, faults.found)
    made = uuid7(context.peer.now(), noise(10))
    for _ in range(TRIES):
        place = await place_of(context, given, learner_id, made)
        if not isinstance(place, tuple):
            return Enrolled(None, [place])
        enrollment, course, new = place
        event = single(context, given, enrollment, Verb.REGISTERED, noise=noise)
        code = await record_single(context, given, event, course, new)
        if code is None:
            return Enrolled(enrollment.registration, [])
        if code != "UNKNOWN_REGISTRATION":
            return Enrolled(None, [refusal(code, "input")])
        context.loaders.forget()  # another enrolled this learner in between: theirs is the enrolment
    return Enrolled(None, [conflict("the learner is being enrolled by others: try again", "course")])


async def place_of(
    context: Context, given: EnrollInput, learner_id: str, made: UUID
) -> tuple[Enrollment, Course, Sequence[Enrollment]] | UserError:
    """The enrolment that the event goes to with its course, and once more where it is new."""
    load = context.loaders.load
    asked = EnrollmentsAsked(states=None, courses=frozenset({given.course}), after=None, first=1)
    profile, newest, page = await asyncio.gather(
        load(PROFILES, learner_id, ()), load(LATEST, given.course, ()), load(LEARNER_ENROLLMENTS, learner_id, asked)
    )
    if profile is None:
        return UserError(code="UNKNOWN_LEARNER", message="there is no such learner", path=["input", "learner"])
    if newest is None:
        return UserError(code="UNKNOWN_COURSE", message="there is no such course", path=["input", "course"])
    if page is not None:
        kept = page.rows[0]
        if given.registration not in (None, kept.registration):
            return conflict("the learner is enrolled already, under another registration", "registration")
        pinned = await load(VERSIONS, kept.pin, ())
        return refusal("UNKNOWN_COURSE", "input") if pinned is None else (kept, pinned, ())
    if given.registration is not None and await load(ENROLLMENTS, given.registration, ()) is not None:
        return conflict("the registration is taken by another enrolment", "registration")
    if given.id is not None and await load(LEDGER, given.id, ()) is not None:
        return refusal("CONFLICT", "input")  # said before there is an enrolment without its event
    fresh = Enrollment(
        registration=given.registration or made,
        learner_id=learner_id,
        course_key=newest.key,
        course_version=newest.version,
        attributes=document_of(given.attributes),
    )
    return fresh, newest, [fresh]


def conflict(message: str, part: str) -> UserError:
    return UserError(code="CONFLICT", message=message, path=["input", part])
