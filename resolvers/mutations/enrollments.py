"""Enrolling and withdrawing: one event of the ledger each, the enrolment itself with the first."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from resolvers import permissions
from resolvers.context import Context
from resolvers.data.access_paths import (
    ENROLLMENTS,
    LATEST,
    LEARNER_ENROLLMENTS,
    LEDGER,
    PROFILES,
    VERSIONS,
    EnrollmentsArgs,
)
from resolvers.errors import RequestError, forbidden
from resolvers.mutations.inputs import Faults, UserError, wrong
from resolvers.mutations.learners import document_of
from resolvers.mutations.payloads import EnrollmentResult
from resolvers.types.node import key_of
from resolvers.value_rules import LONGEST_KEY
from resolvers.writes.event_writer import RandomBytes, build_event, opened_one, record_event, refusal
from stores.domain.catalog import Course
from stores.domain.events import Verb
from stores.domain.progress import Enrollment
from stores.domain.uuid7 import uuid7

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


async def withdraw(context: Context, given: WithdrawInput, *, random_bytes: RandomBytes) -> EnrollmentResult:
    found = await opened_one(context, given.registration)
    if isinstance(found, UserError):
        return EnrollmentResult(None, [found])
    faults = Faults("input")
    faults.moment("at", given.at, now=context.peer.now())
    if faults.found:
        return EnrollmentResult(None, faults.found)
    event = build_event(context, given, found.enrollment, Verb.UNREGISTERED, random_bytes=random_bytes)
    code = await record_event(context, given, event, found.course)
    return (
        EnrollmentResult(given.registration, []) if code is None else EnrollmentResult(None, [refusal(code, "input")])
    )


async def enroll(context: Context, given: EnrollInput, *, random_bytes: RandomBytes) -> EnrollmentResult:
    try:
        learner_id = key_of("Learner", given.learner)
    except RequestError as error:
        return EnrollmentResult(None, [wrong(error.message, "input", "learner")])
    if not permissions.may_write_enrollment(context.viewer, learner_id, given.course):
        raise forbidden()
    faults = Faults("input")
    faults.text("course", given.course, longest=LONGEST_KEY)
    faults.moment("at", given.at, now=context.peer.now())
    faults.document("attributes", given.attributes)
    if faults.found:
        return EnrollmentResult(None, faults.found)
    made = uuid7(context.peer.now(), random_bytes(10))
    for _ in range(TRIES):
        place = await place_of(context, given, learner_id, made)
        if not isinstance(place, tuple):
            return EnrollmentResult(None, [place])
        enrollment, course, new = place
        event = build_event(context, given, enrollment, Verb.REGISTERED, random_bytes=random_bytes)
        code = await record_event(context, given, event, course, new)
        if code is None:
            return EnrollmentResult(enrollment.registration, [])
        if code != "UNKNOWN_REGISTRATION":
            return EnrollmentResult(None, [refusal(code, "input")])
        context.loaders.forget()  # another enrolled this learner in between: theirs is the enrolment
    return EnrollmentResult(None, [conflict("the learner is being enrolled by others: try again", "course")])


async def place_of(
    context: Context, given: EnrollInput, learner_id: str, made: UUID
) -> tuple[Enrollment, Course, Sequence[Enrollment]] | UserError:
    """The enrolment that the event goes to with its course, and once more where it is new."""
    load = context.loaders.load
    asked = EnrollmentsArgs(states=None, courses=frozenset({given.course}), after=None, first=1)
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
