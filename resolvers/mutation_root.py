"""The root fields of mutations: input to write command, result to payload."""

from collections.abc import Awaitable, Callable
from secrets import token_bytes
from typing import Any, TypeVar

import strawberry

from resolvers.context import Info
from resolvers.errors import RequestError
from resolvers.mutations.attempts import SetItemProgressInput, SubmitAttemptInput, set_item_progress, submit_attempt
from resolvers.mutations.certificates import RevokeCertificateInput, revoke_certificate
from resolvers.mutations.courses import CreateCourseInput, create_course
from resolvers.mutations.enrollments import (
    EnrollInput,
    EnrollManyInput,
    WithdrawInput,
    enroll,
    enroll_many,
    withdraw,
)
from resolvers.mutations.inputs import request_user_error, store_user_error
from resolvers.mutations.interactions import RecordInteractionsInput, record_interactions
from resolvers.mutations.learners import (
    CreateLearnerInput,
    CreateLearnersInput,
    UpdateLearnerInput,
    create_learner,
    create_learners,
    update_learner,
)
from resolvers.mutations.payloads import (
    CoursePayload,
    EnrollManyPayload,
    EnrollmentPayload,
    EnrollmentResult,
    LearnerPayload,
    LearnersPayload,
    ManyResult,
    ProgressPayload,
    ProgressResult,
    RecordInteractionsPayload,
    RecordResult,
    RevokeTokensPayload,
    SessionPayload,
    SessionResult,
    WriteResult,
)
from resolvers.mutations.revocations import RevokeTokensInput, revoke_tokens
from resolvers.mutations.sessions import EndSessionInput, HeartbeatInput, end_session, heartbeat
from resolvers.types.cost_directives import Cost, sized_by
from resolvers.viewer import Viewer
from resolvers.writes.write_stores import WriteStores
from stores.errors import StoreError

WRITE = Cost(weight="10")
"""What a mutation costs besides what it returns."""
Given = TypeVar("Given")
R = TypeVar("R", WriteResult, ManyResult, SessionResult, EnrollmentResult, ProgressResult, RecordResult)


async def run(
    info: Info,
    write: Callable[[WriteStores, Viewer, Given], Awaitable[R]],
    given: Given,
    result: Callable[..., R],
) -> Any:
    """Run a write; its result is the parent of the payload. A store failure, and a store call beyond the limit, becomes
    an error in an empty `result`: a top-level error would null the payloads of the operation's other writes, which are
    done. What the client selects beneath the payload is read after the write."""
    context = info.context
    stores = WriteStores(
        loaders=context.loaders, now=context.peer.now, random_bytes=token_bytes, policy=context.peer.policy
    )
    try:
        return await write(stores, context.viewer, given)
    except StoreError as error:
        return result(errors=[store_user_error(error)])
    except RequestError as error:
        return result(errors=[request_user_error(error)])
    finally:
        context.loaders.forget()


@strawberry.type(description="Mutations. Every payload has its errors in `errors`.")
class Mutation:
    @strawberry.mutation(description="Publish a course, or a new version of it. For an ADMIN.", directives=[WRITE])
    async def create_course(self, info: Info, input: CreateCourseInput) -> CoursePayload:
        payload: CoursePayload = await run(info, create_course, input, WriteResult)
        return payload

    @strawberry.mutation(description="Create a learner's profile. For an ADMIN.", directives=[WRITE])
    async def create_learner(self, info: Info, input: CreateLearnerInput) -> LearnerPayload:
        payload: LearnerPayload = await run(info, create_learner, input, WriteResult)
        return payload

    @strawberry.mutation(
        description="Create learners' profiles, each with its own verdict. For an ADMIN.",
        directives=[WRITE, sized_by("input.learners", assumed=100, fields=["results"])],
    )
    async def create_learners(self, info: Info, input: CreateLearnersInput) -> LearnersPayload:
        payload: LearnersPayload = await run(info, create_learners, input, ManyResult)
        return payload

    @strawberry.mutation(description="Change a learner's profile. For the learner and an ADMIN.", directives=[WRITE])
    async def update_learner(self, info: Info, input: UpdateLearnerInput) -> LearnerPayload:
        payload: LearnerPayload = await run(info, update_learner, input, WriteResult)
        return payload

    @strawberry.mutation(
        description="Enrol a learner. For the learner, the course's instructors and an ADMIN.", directives=[WRITE]
    )
    async def enroll(self, info: Info, input: EnrollInput) -> EnrollmentPayload:
        payload: EnrollmentPayload = await run(info, enroll, input, EnrollmentResult)
        return payload

    @strawberry.mutation(
        description="Enrol learners, each with its own verdict. For viewers who may enrol each of them.",
        directives=[WRITE, sized_by("input.enrollments", assumed=100, fields=["results"])],
    )
    async def enroll_many(self, info: Info, input: EnrollManyInput) -> EnrollManyPayload:
        payload: EnrollManyPayload = await run(info, enroll_many, input, ManyResult)
        return payload

    @strawberry.mutation(
        description="End an enrolment. For the learner, the course's instructors and an ADMIN.", directives=[WRITE]
    )
    async def withdraw(self, info: Info, input: WithdrawInput) -> EnrollmentPayload:
        payload: EnrollmentPayload = await run(info, withdraw, input, EnrollmentResult)
        return payload

    @strawberry.mutation(
        description="Record what learners did. Each event has its own verdict, and repeating is safe. For the learner, "
        "the course's instructors, an ADMIN, and a SERVICE with `events:write`.",
        directives=[
            WRITE,
            sized_by("input.events", assumed=100, fields=["results"]),
            sized_by("input.events.registration", assumed=100, fields=["enrollments"]),
        ],
    )
    async def record_interactions(self, info: Info, input: RecordInteractionsInput) -> RecordInteractionsPayload:
        payload: RecordInteractionsPayload = await run(info, record_interactions, input, RecordResult)
        return payload

    @strawberry.mutation(
        description="Record an attempt at an item. For viewers who may record interactions.", directives=[WRITE]
    )
    async def submit_attempt(self, info: Info, input: SubmitAttemptInput) -> ProgressPayload:
        payload: ProgressPayload = await run(info, submit_attempt, input, ProgressResult)
        return payload

    @strawberry.mutation(
        description="Record how much of an item is done. For viewers who may record interactions.", directives=[WRITE]
    )
    async def set_item_progress(self, info: Info, input: SetItemProgressInput) -> ProgressPayload:
        payload: ProgressPayload = await run(info, set_item_progress, input, ProgressResult)
        return payload

    @strawberry.mutation(
        description="Update session, presence and resume point. For the learner only.", directives=[WRITE]
    )
    async def heartbeat(self, info: Info, input: HeartbeatInput) -> SessionPayload:
        payload: SessionPayload = await run(info, heartbeat, input, SessionResult)
        return payload

    @strawberry.mutation(description="End the viewer's own session. The resume point stays.", directives=[WRITE])
    async def end_session(self, info: Info, input: EndSessionInput) -> SessionPayload:
        payload: SessionPayload = await run(info, end_session, input, SessionResult)
        return payload

    @strawberry.mutation(description="Revoke a certificate. For an ADMIN.", directives=[WRITE])
    async def revoke_certificate(self, info: Info, input: RevokeCertificateInput) -> EnrollmentPayload:
        payload: EnrollmentPayload = await run(info, revoke_certificate, input, EnrollmentResult)
        return payload

    @strawberry.mutation(
        description="Revoke tokens before they expire. Their sockets and event streams are closed. For an ADMIN.",
        directives=[WRITE],
    )
    async def revoke_tokens(self, info: Info, input: RevokeTokensInput) -> RevokeTokensPayload:
        payload: RevokeTokensPayload = await run(info, revoke_tokens, input, WriteResult)
        return payload
