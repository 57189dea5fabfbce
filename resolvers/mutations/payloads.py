"""What mutations answer: what was written, or what was wrong. Never a bare exception."""

from typing import Any, NamedTuple
from uuid import UUID

import strawberry

from resolvers.data.access_paths import COURSE_PROGRESS, ENROLLMENTS
from resolvers.data.course_version_paths import ITEM_PROGRESS
from resolvers.data.derived_paths import RESUME
from resolvers.data.visible_paths import VISIBLE_SESSIONS
from resolvers.errors import client_message
from resolvers.mutations.inputs import UserError
from resolvers.types.course import Course
from resolvers.types.enrollment import Enrollment
from resolvers.types.enums import VerdictStatus
from resolvers.types.learner import Learner
from resolvers.types.progress import ITEM, CourseProgress, ItemProgress
from resolvers.types.session import ResumePoint, Session
from resolvers.types.store_field import store_field
from stores.errors import StoreError

ERRORS = "Empty when it was done."


class WriteResult(NamedTuple):
    """What a payload is a view of: the record that was written, or the errors."""

    record: Any
    errors: list[UserError]


class SessionResult(NamedTuple):
    """What a session's payload is a view of: whose session and resume point to read, or the errors."""

    learner_id: str | None
    registration: UUID | None
    errors: list[UserError]


class EnrollmentResult(NamedTuple):
    """What an enrolment's payload is a view of: the enrolment to read, or the errors."""

    registration: UUID | None
    errors: list[UserError]


class ProgressResult(NamedTuple):
    """What a payload of progress is a view of: the item and the roll-up to read, or the errors."""

    registration: UUID | None
    item_key: str | None
    errors: list[UserError]


class RecordResult(NamedTuple):
    """What became of a batch of events: a result an event, or the errors why there is none."""

    results: list["InteractionResult"]
    errors: list[UserError]


def refused(error: StoreError) -> UserError:
    """A store's fault as an error of the payload."""
    return UserError(code=error.code, message=client_message(error), path=[])


@strawberry.type(description="A course, or what was wrong.")
class CoursePayload:
    errors: list[UserError] = strawberry.field(description=ERRORS)

    @strawberry.field(description="The version that was published.")
    def course(parent: strawberry.Parent[WriteResult]) -> Course | None:
        record: Course | None = parent.record
        return record


@strawberry.type(description="A learner, or what was wrong.")
class LearnerPayload:
    errors: list[UserError] = strawberry.field(description=ERRORS)

    @strawberry.field(description="The learner as it was written.")
    def learner(parent: strawberry.Parent[WriteResult]) -> Learner | None:
        record: Learner | None = parent.record
        return record


@strawberry.type(description="A session, or what was wrong.")
class SessionPayload:
    errors: list[UserError] = strawberry.field(description=ERRORS)

    session = store_field(
        VISIBLE_SESSIONS,
        key="learner_id",
        returns=Session,
        description="The learner's current session; none once ended.",
    )
    resume = store_field(RESUME, key="registration", returns=ResumePoint, description="Where to go on.")


@strawberry.type(description="An enrolment, or what was wrong.")
class EnrollmentPayload:
    errors: list[UserError] = strawberry.field(description=ERRORS)

    enrollment = store_field(
        ENROLLMENTS, key="registration", returns=Enrollment, description="The enrolment as it is after the write."
    )


@strawberry.type(description="What a write made of the progress, or what was wrong.")
class ProgressPayload:
    errors: list[UserError] = strawberry.field(description=ERRORS)

    item = store_field(
        ITEM_PROGRESS, key=ITEM, returns=ItemProgress, description="The item's progress as it is after the write."
    )
    progress = store_field(
        COURSE_PROGRESS, key="registration", returns=CourseProgress, description="The roll-up as it is after the write."
    )


@strawberry.type(description="What became of one event.")
class InteractionResult:
    id: UUID = strawberry.field(description="The event's.")
    status: VerdictStatus = strawberry.field(description="Whether it is kept.")
    error: UserError | None = strawberry.field(description="Why it was rejected.")


@strawberry.type(description="What became of each event, or why nothing was written.")
class RecordInteractionsPayload:
    results: list[InteractionResult] = strawberry.field(
        description="One an event, in their order; empty when nothing was written."
    )
    errors: list[UserError] = strawberry.field(description="What held all of it up; each event has its own in results.")
