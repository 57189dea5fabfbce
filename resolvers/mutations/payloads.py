"""The payloads of mutations: what was written, or the errors. A mutation never makes a top-level error."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import strawberry

from resolvers.data.derived_paths import RESUME
from resolvers.data.references import CourseRef, LearnerRef
from resolvers.data.visible_paths import (
    VISIBLE_COURSE_PROGRESS,
    VISIBLE_ENROLLMENT_LISTS,
    VISIBLE_ENROLLMENTS,
    VISIBLE_ITEM_PROGRESS,
    VISIBLE_SESSIONS,
)
from resolvers.mutations.inputs import UserError
from resolvers.types.course import Course
from resolvers.types.enrollment import Enrollment
from resolvers.types.enums import VerdictStatus
from resolvers.types.learner import Learner
from resolvers.types.progress import ITEM, CourseProgress, ItemProgress
from resolvers.types.session import ResumePoint, Session
from resolvers.types.store_field import store_field
from stores.domain import catalog
from stores.domain.profiles import Profile
from stores.domain.revocations import Revocation

ALL_ERRORS = "Why the whole write failed. Errors of single inputs are in `results`."
ONE_EACH = "One result for each input, in the same order; empty if the whole write failed."
ERRORS = "Empty if the write succeeded."
QUERIED = "Null if the viewer may not query it: a SERVICE may not."


class WriteResult(NamedTuple):
    """The parent of a payload that shows the written record."""

    record: Any = None
    errors: Sequence[UserError] = ()


class SessionResult(NamedTuple):
    """The parent of a session's payload: whose session and resume point to read, or the errors."""

    learner_id: str | None = None
    registration: UUID | None = None
    errors: Sequence[UserError] = ()


class EnrollmentResult(NamedTuple):
    """The parent of an enrolment's payload: the enrolment to read, or the errors."""

    registration: UUID | None = None
    errors: Sequence[UserError] = ()


class ManyResult(NamedTuple):
    """The parent of a payload of many writes: the parent of each one's payload, or the errors of all together."""

    results: Sequence[WriteResult | EnrollmentResult] = ()
    errors: Sequence[UserError] = ()


class ProgressResult(NamedTuple):
    """The parent of a payload of progress: the item and the enrolment to read, or the errors."""

    registration: UUID | None = None
    item_key: str | None = None
    errors: Sequence[UserError] = ()


class RecordResult(NamedTuple):
    """The parent of the payload of a batch: a result for each event, or the errors of the whole batch.

    `registrations`: those that have an event which was not rejected."""

    results: Sequence["InteractionResult"] = ()
    errors: Sequence[UserError] = ()
    registrations: tuple[UUID, ...] = ()


@strawberry.type(description="The published course, or the errors.")
class CoursePayload:
    errors: list[UserError] = strawberry.field(description=ERRORS)

    @strawberry.field(description="The course, in its newest version.", graphql_type=Course | None)
    def course(parent: strawberry.Parent[WriteResult]) -> Any:
        record: catalog.Course | None = parent.record
        return None if record is None else CourseRef(record.key)


@strawberry.type(description="The written profile, or the errors.")
class LearnerPayload:
    errors: list[UserError] = strawberry.field(description=ERRORS)

    @strawberry.field(description="The learner, as of now.", graphql_type=Learner | None)
    def learner(parent: strawberry.Parent[WriteResult]) -> Any:
        record: Profile | None = parent.record
        return None if record is None else LearnerRef(record.learner_id)


@strawberry.type(description="The session, or the errors.")
class SessionPayload:
    errors: list[UserError] = strawberry.field(description=ERRORS)

    session = store_field(
        VISIBLE_SESSIONS,
        key="learner_id",
        returns=Session,
        description="The learner's current session; null once it has ended.",
    )
    resume = store_field(RESUME, key="registration", returns=ResumePoint, description="Where the learner stopped.")
    enrollment = store_field(
        VISIBLE_ENROLLMENTS,
        key="registration",
        returns=Enrollment,
        description="The enrolment that the session is about, as of now.",
    )

    @strawberry.field(description="The learner, as of now.", graphql_type=Learner | None)
    def learner(parent: strawberry.Parent[SessionResult]) -> Any:
        return None if parent.learner_id is None else LearnerRef(parent.learner_id)


@strawberry.type(description="The enrolment, or the errors.")
class EnrollmentPayload:
    errors: list[UserError] = strawberry.field(description=ERRORS)

    registration: UUID | None = strawberry.field(description="The key of the enrolment; null if the write failed.")

    enrollment = store_field(
        VISIBLE_ENROLLMENTS,
        key="registration",
        returns=Enrollment,
        description=f"The enrolment after the write. {QUERIED}",
    )


@strawberry.type(description="The revocation, or the errors.")
class RevokeTokensPayload:
    errors: list[UserError] = strawberry.field(description=ERRORS)

    @strawberry.field(description="When the tokens were revoked; null if the write failed.")
    def revoked_at(parent: strawberry.Parent[WriteResult]) -> datetime | None:
        record: Revocation | None = parent.record
        return None if record is None else record.revoked_at


@strawberry.type(description="A verdict on each learner, or the errors of all together.")
class LearnersPayload:
    errors: list[UserError] = strawberry.field(description=ALL_ERRORS)
    results: list[LearnerPayload] = strawberry.field(description=ONE_EACH)


@strawberry.type(description="A verdict on each enrolment, or the errors of all together.")
class EnrollManyPayload:
    errors: list[UserError] = strawberry.field(description=ALL_ERRORS)
    results: list[EnrollmentPayload] = strawberry.field(description=ONE_EACH)


@strawberry.type(description="The progress after a write, or the errors.")
class ProgressPayload:
    errors: list[UserError] = strawberry.field(description=ERRORS)

    enrollment = store_field(
        VISIBLE_ENROLLMENTS,
        key="registration",
        returns=Enrollment,
        description=f"The enrolment after the write. {QUERIED}",
    )
    item = store_field(
        VISIBLE_ITEM_PROGRESS,
        key=ITEM,
        returns=ItemProgress,
        description=f"The item's progress after the write. {QUERIED}",
    )
    progress = store_field(
        VISIBLE_COURSE_PROGRESS,
        key="registration",
        returns=CourseProgress,
        description=f"The course's progress after the write. {QUERIED}",
    )


@strawberry.type(description="The verdict on one event.")
class InteractionResult:
    id: UUID = strawberry.field(description="The id of the event.")
    status: VerdictStatus = strawberry.field(description="Whether the event was recorded.")
    error: UserError | None = strawberry.field(description="Why the event was rejected.")


@strawberry.type(description="A verdict on each event, or the errors of the whole batch.")
class RecordInteractionsPayload:
    results: list[InteractionResult] = strawberry.field(
        description="One result for each event, in the same order; empty if the batch failed."
    )
    errors: list[UserError] = strawberry.field(
        description="Why the whole batch failed. Errors of single events are in `results`."
    )

    enrollments = store_field(
        VISIBLE_ENROLLMENT_LISTS,
        key="registrations",
        returns=list[Enrollment],
        size=100,
        description="The enrolments of the events that were not rejected, after the write, in the order of the events. "
        "Only those that the viewer may also query: for a SERVICE the list is empty.",
    )
