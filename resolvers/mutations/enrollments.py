"""enroll, enrollMany and withdraw."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from resolvers.errors import RequestError
from resolvers.mutations.attempts import EVENT_ID
from resolvers.mutations.inputs import user_errors
from resolvers.mutations.payloads import EnrollmentResult, ManyResult
from resolvers.types.cost_directives import Cost
from resolvers.types.node import key_of
from resolvers.viewer import Viewer
from resolvers.writes import enrollments, withdrawals
from resolvers.writes.faults import Refusal, refuse
from resolvers.writes.write_stores import WriteStores

ENROLL_NAMES = {"learner_id": "learner", "course_key": "course"}


@strawberry.input(
    description="A learner takes the newest version of a course. A learner who withdrew returns to the old enrolment."
)
class EnrollInput:
    id: UUID | None = strawberry.field(default=None, description=EVENT_ID)
    learner: strawberry.ID = strawberry.field(description="Global id of the learner.")
    course: str = strawberry.field(description="Key of the course.")
    registration: UUID | None = strawberry.field(
        default=None,
        description="The key of the enrolment; made if absent. CONFLICT if the learner is enrolled under another one.",
    )
    at: datetime | None = strawberry.field(default=None, description="When; now if absent.")
    attributes: JSON | None = strawberry.field(
        default=None,
        description="A JSON object for other data on a new enrolment, 64 kB at most; an existing one keeps its own.",
    )


@strawberry.input(
    description="Learners take courses. Repeating is harmless: where a learner takes the course already, the existing "
    "enrolment is returned, or CONFLICT if the input says another registration, time or attributes."
)
class EnrollManyInput:
    enrollments: list[EnrollInput] = strawberry.field(description="500 at most.", directives=[Cost(weight="1")])


@strawberry.input(description="A learner leaves a course. Progress stays.")
class WithdrawInput:
    id: UUID | None = strawberry.field(default=None, description=EVENT_ID)
    registration: UUID = strawberry.field(description="The enrolment.")
    at: datetime | None = strawberry.field(default=None, description="When; now if absent.")


async def withdraw(stores: WriteStores, viewer: Viewer, given: WithdrawInput) -> EnrollmentResult:
    """Withdraw a learner; the result is the parent of EnrollmentPayload."""
    command = withdrawals.Withdraw(id=given.id, registration=given.registration, at=given.at)
    return enrollment_result(await withdrawals.withdraw(stores, viewer, command))


async def enroll(stores: WriteStores, viewer: Viewer, given: EnrollInput) -> EnrollmentResult:
    """Enrol a learner; the result is the parent of EnrollmentPayload."""
    command = command_of(given)
    if isinstance(command, Refusal):
        return enrollment_result(command)
    return enrollment_result(await enrollments.enroll(stores, viewer, command))


async def enroll_many(stores: WriteStores, viewer: Viewer, given: EnrollManyInput) -> ManyResult:
    """Enrol many times; the result is the parent of EnrollManyPayload."""
    found = list(map(command_of, given.enrollments))
    commands = [command for command in found if not isinstance(command, Refusal)]
    written = await enrollments.enroll_many(stores, viewer, commands)
    if isinstance(written, Refusal):
        return ManyResult(errors=user_errors(written))
    results = iter(written)
    verdicts = (command if isinstance(command, Refusal) else next(results) for command in found)
    return ManyResult([enrollment_result(each, "enrollments", place) for place, each in enumerate(verdicts)])


def command_of(given: EnrollInput) -> enrollments.Enroll | Refusal:
    """The command of an input; a refusal if `learner` is not the global id of a learner."""
    try:
        learner_id = key_of("Learner", given.learner)
    except RequestError as error:
        return refuse("BAD_USER_INPUT", error.message, "learner_id")
    return enrollments.Enroll(
        id=given.id,
        learner_id=learner_id,
        course_key=given.course,
        registration=given.registration,
        at=given.at,
        attributes=given.attributes,
    )


def enrollment_result(written: UUID | Refusal, *path: str | int) -> EnrollmentResult:
    """The payload's parent for a command that returns a registration. `path` leads to the command's part of the
    input."""
    if isinstance(written, Refusal):
        return EnrollmentResult(errors=user_errors(written.under(*path), ENROLL_NAMES))
    return EnrollmentResult(written)
