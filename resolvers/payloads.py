"""What mutations answer: what was written, or what was wrong. Never a bare exception."""

from typing import Any, NamedTuple
from uuid import UUID

import strawberry

from resolvers.course import Course
from resolvers.crossing import crossing
from resolvers.enrollment import Enrollment
from resolvers.errors import words_of
from resolvers.inputs import UserError
from resolvers.joins import RESUME
from resolvers.learner import Learner
from resolvers.loaders import COURSE_PROGRESS, ENROLLMENTS
from resolvers.pinned import ITEM_PROGRESS
from resolvers.progress import ITEM, CourseProgress, ItemProgress
from resolvers.seen import SESSIONS_SEEN
from resolvers.session import ResumePoint, Session
from resolvers.vocabulary import VerdictStatus
from stores.errors import StoreError

ERRORS = "Empty when it was done."


class Written(NamedTuple):
    """What a payload is a view of: the record that was written, or the errors."""

    record: Any
    errors: list[UserError]


class Sat(NamedTuple):
    """What a session's payload is a view of: whose session and resume point to read, or the errors."""

    learner_id: str | None
    registration: UUID | None
    errors: list[UserError]


class Enrolled(NamedTuple):
    """What an enrolment's payload is a view of: the enrolment to read, or the errors."""

    registration: UUID | None
    errors: list[UserError]


class Progressed(NamedTuple):
    """What a payload of progress is a view of: the item and the roll-up to read, or the errors."""

    registration: UUID | None
    item_key: str | None
    errors: list[UserError]


class Recorded(NamedTuple):
    """What became of a batch of events: a result an event, or the errors why there is none."""

    results: list["InteractionResult"]
    errors: list[UserError]


def refused(error: StoreError) -> UserError:
    """A store's fault as an error of the payload."""
    return UserError(code=error.code, message=words_of(error), path=[])


@strawberry.type(description="A course, or what was wrong.")
class CoursePayload:
    errors: list[UserError] = strawberry.field(description=ERRORS)

    @strawberry.field(description="The version that was published.")
    def course(parent: strawberry.Parent[Written]) -> Course | None:
        record: Course | None = parent.record
        return record


@strawberry.type(description="A learner, or what was wrong.")
class LearnerPayload:
    errors: list[UserError] = strawberry.field(description=ERRORS)

    @strawberry.field(description="The learner as it was written.")
    def learner(parent: strawberry.Parent[Written]) -> Learner | None:
        record: Learner | None = parent.record
        return record


@strawberry.type(description="A session, or what was wrong.")
class SessionPayload:
    errors: list[UserError] = strawberry.field(description=ERRORS)

    session = crossing(
        SESSIONS_SEEN, key="learner_id", returns=Session, description="The learner's current session; none once ended."
    )
    resume = crossing(RESUME, key="registration", returns=ResumePoint, description="Where to go on.")


@strawberry.type(description="An enrolment, or what was wrong.")
class EnrollmentPayload:
    errors: list[UserError] = strawberry.field(description=ERRORS)

    enrollment = crossing(
        ENROLLMENTS, key="registration", returns=Enrollment, description="The enrolment as it is after the write."
    )


@strawberry.type(description="What a write made of the progress, or what was wrong.")
class ProgressPayload:
    errors: list[UserError] = strawberry.field(description=ERRORS)

    item = crossing(
        ITEM_PROGRESS, key=ITEM, returns=ItemProgress, description="The item's progress as it is after the write."
    )
    progress = crossing(
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
