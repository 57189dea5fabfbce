"""What mutations answer: what was written, or what was wrong. Never a bare exception."""

from typing import Any, NamedTuple
from uuid import UUID

import strawberry

from resolvers.course import Course
from resolvers.crossing import crossing
from resolvers.errors import words_of
from resolvers.inputs import UserError
from resolvers.joins import RESUME
from resolvers.learner import Learner
from resolvers.seen import SESSIONS_SEEN
from resolvers.session import ResumePoint, Session
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
