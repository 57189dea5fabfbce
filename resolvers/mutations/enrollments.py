"""enroll and withdraw."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from resolvers.mutations.attempts import EVENT_ID
from resolvers.mutations.inputs import UserError, learner_id_of, user_errors
from resolvers.mutations.payloads import EnrollmentResult
from resolvers.viewer import Viewer
from resolvers.writes import enrollments
from resolvers.writes.faults import Refusal
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


@strawberry.input(description="A learner leaves a course. Progress stays.")
class WithdrawInput:
    id: UUID | None = strawberry.field(default=None, description=EVENT_ID)
    registration: UUID = strawberry.field(description="The enrolment.")
    at: datetime | None = strawberry.field(default=None, description="When; now if absent.")


async def withdraw(stores: WriteStores, viewer: Viewer, given: WithdrawInput) -> EnrollmentResult:
    """Withdraw a learner; the result is the parent of EnrollmentPayload."""
    command = enrollments.Withdraw(id=given.id, registration=given.registration, at=given.at)
    return enrollment_result(await enrollments.withdraw(stores, viewer, command))


async def enroll(stores: WriteStores, viewer: Viewer, given: EnrollInput) -> EnrollmentResult:
    """Enrol a learner; the result is the parent of EnrollmentPayload."""
    learner_id = learner_id_of(given.learner, "learner")
    if isinstance(learner_id, UserError):
        return EnrollmentResult(errors=[learner_id])
    command = enrollments.Enroll(
        id=given.id,
        learner_id=learner_id,
        course_key=given.course,
        registration=given.registration,
        at=given.at,
        attributes=given.attributes,
    )
    return enrollment_result(await enrollments.enroll(stores, viewer, command))


def enrollment_result(written: UUID | Refusal) -> EnrollmentResult:
    """The payload's parent for a command that returns a registration."""
    if isinstance(written, Refusal):
        return EnrollmentResult(errors=user_errors(written, ENROLL_NAMES))
    return EnrollmentResult(written)
