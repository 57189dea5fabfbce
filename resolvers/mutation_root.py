"""Root fields of writing: what was wrong comes back in the payload."""

from collections.abc import Awaitable, Callable
from secrets import token_bytes
from typing import Any, TypeVar

import strawberry

from resolvers.context import Info
from resolvers.errors import RequestError
from resolvers.mutations.attempts import (
    SetItemProgressInput,
    SubmitAttemptInput,
    set_item_progress,
    submit_attempt,
)
from resolvers.mutations.certificates import RevokeCertificateInput, revoke_certificate
from resolvers.mutations.courses import CreateCourseInput, create_course
from resolvers.mutations.enrollments import EnrollInput, WithdrawInput, enroll, withdraw
from resolvers.mutations.inputs import UserError
from resolvers.mutations.interactions import RecordInteractionsInput, record_interactions
from resolvers.mutations.learners import (
    CreateLearnerInput,
    UpdateLearnerInput,
    create_learner,
    update_learner,
)
from resolvers.mutations.payloads import (
    CoursePayload,
    EnrollmentPayload,
    EnrollmentResult,
    LearnerPayload,
    ProgressPayload,
    ProgressResult,
    RecordInteractionsPayload,
    RecordResult,
    SessionPayload,
    SessionResult,
    WriteResult,
    refused,
)
from resolvers.mutations.sessions import EndSessionInput, HeartbeatInput, end_session, heartbeat
from stores.errors import StoreError

P = TypeVar("P", WriteResult, SessionResult, EnrollmentResult, ProgressResult, RecordResult)


async def as_payload(info: Info, work: Awaitable[P], nothing: Callable[[list[UserError]], P]) -> Any:
    """The payload of `work`; a refusal or a store's fault is told in it. What is read beneath it is read afresh."""
    try:
        return await work
    except RequestError as error:
        code = str((error.extensions or {})["code"])
        return nothing([UserError(code=code, message=error.message, path=["input"])])
    except StoreError as error:
        return nothing([refused(error)])
    finally:
        info.context.loaders.forget()


def not_written(errors: list[UserError]) -> WriteResult:
    return WriteResult(None, errors)


def not_sat(errors: list[UserError]) -> SessionResult:
    return SessionResult(None, None, errors)


def not_enrolled(errors: list[UserError]) -> EnrollmentResult:
    return EnrollmentResult(None, errors)


def not_progressed(errors: list[UserError]) -> ProgressResult:
    return ProgressResult(None, None, errors)


def not_recorded(errors: list[UserError]) -> RecordResult:
    return RecordResult([], errors)


@strawberry.type(description="Writing. Every payload says what was wrong in `errors`.")
class Mutation:
    @strawberry.mutation(description="Publish a course; the same key again makes a new version. For an ADMIN.")
    async def create_course(self, info: Info, input: CreateCourseInput) -> CoursePayload:
        payload: CoursePayload = await as_payload(info, create_course(info.context, input), not_written)
        return payload

    @strawberry.mutation(description="Make a learner's profile. For an ADMIN.")
    async def create_learner(self, info: Info, input: CreateLearnerInput) -> LearnerPayload:
        payload: LearnerPayload = await as_payload(
            info, create_learner(info.context, input, random_bytes=token_bytes), not_written
        )
        return payload

    @strawberry.mutation(description="Change a learner's profile. For the learner and an ADMIN.")
    async def update_learner(self, info: Info, input: UpdateLearnerInput) -> LearnerPayload:
        payload: LearnerPayload = await as_payload(info, update_learner(info.context, input), not_written)
        return payload

    @strawberry.mutation(description="Enrol a learner. For the learner, the course's instructors and an ADMIN.")
    async def enroll(self, info: Info, input: EnrollInput) -> EnrollmentPayload:
        payload: EnrollmentPayload = await as_payload(
            info, enroll(info.context, input, random_bytes=token_bytes), not_enrolled
        )
        return payload

    @strawberry.mutation(description="End an enrolment. For the learner, the course's instructors and an ADMIN.")
    async def withdraw(self, info: Info, input: WithdrawInput) -> EnrollmentPayload:
        payload: EnrollmentPayload = await as_payload(
            info, withdraw(info.context, input, random_bytes=token_bytes), not_enrolled
        )
        return payload

    @strawberry.mutation(
        description="Keep what learners did, each event with its own verdict; repeating is harmless. For the learner, "
        "the course's instructors, an ADMIN, and a SERVICE with `events:write`."
    )
    async def record_interactions(self, info: Info, input: RecordInteractionsInput) -> RecordInteractionsPayload:
        recording = record_interactions(info.context, input)
        payload: RecordInteractionsPayload = await as_payload(info, recording, not_recorded)
        return payload

    @strawberry.mutation(description="Keep an attempt at an item. For those who may record interactions.")
    async def submit_attempt(self, info: Info, input: SubmitAttemptInput) -> ProgressPayload:
        submitting = submit_attempt(info.context, input, random_bytes=token_bytes)
        payload: ProgressPayload = await as_payload(info, submitting, not_progressed)
        return payload

    @strawberry.mutation(description="Keep how much of an item is done. For those who may record interactions.")
    async def set_item_progress(self, info: Info, input: SetItemProgressInput) -> ProgressPayload:
        setting = set_item_progress(info.context, input, random_bytes=token_bytes)
        payload: ProgressPayload = await as_payload(info, setting, not_progressed)
        return payload

    @strawberry.mutation(description="Keep session, presence and resume point. For the learner themself.")
    async def heartbeat(self, info: Info, input: HeartbeatInput) -> SessionPayload:
        payload: SessionPayload = await as_payload(
            info, heartbeat(info.context, input, random_bytes=token_bytes), not_sat
        )
        return payload

    @strawberry.mutation(description="End the viewer's session; the resume point stays.")
    async def end_session(self, info: Info, input: EndSessionInput) -> SessionPayload:
        payload: SessionPayload = await as_payload(info, end_session(info.context, input), not_sat)
        return payload

    @strawberry.mutation(description="Take a certificate back. For an ADMIN.")
    async def revoke_certificate(self, info: Info, input: RevokeCertificateInput) -> EnrollmentPayload:
        payload: EnrollmentPayload = await as_payload(info, revoke_certificate(info.context, input), not_enrolled)
        return payload
