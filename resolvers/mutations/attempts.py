"""What a learner says of one item: an attempt, or how far they are. One event each."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from resolvers.context import Context
from resolvers.mutations.inputs import Faults, UserError
from resolvers.mutations.learners import document_of
from resolvers.mutations.payloads import ProgressResult
from resolvers.value_rules import LONGEST_KEY
from resolvers.writes.event_writer import RandomBytes, build_event, opened_one, record_event, refusal
from stores.domain.events import Verb


@strawberry.input(description="An attempt at an item.")
class SubmitAttemptInput:
    id: UUID | None = strawberry.field(
        default=None, description="Names the ledger event that this is (idempotency); made when absent."
    )
    registration: UUID = strawberry.field(description="The enrolment.")
    item_key: str = strawberry.field(description="The item.")
    at: datetime | None = strawberry.field(default=None, description="When; now if absent.")
    score: float | None = strawberry.field(default=None, description="0…1.")
    success: bool | None = strawberry.field(
        default=None, description="Whether it succeeded; by the item's mastery score if absent."
    )
    duration_seconds: float | None = strawberry.field(default=None, description="How long it took; 366 days at most.")
    extensions: JSON | None = strawberry.field(default=None, description="What else is known; 64 kB at most.")


@strawberry.input(description="How much of an item is done. Progress goes up only: what was reported stays.")
class SetItemProgressInput:
    id: UUID | None = strawberry.field(
        default=None, description="Names the ledger event that this is (idempotency); made when absent."
    )
    registration: UUID = strawberry.field(description="The enrolment.")
    item_key: str = strawberry.field(description="The item.")
    at: datetime | None = strawberry.field(default=None, description="When; now if absent.")
    progress: float = strawberry.field(description="0…1; from the item's completion threshold on it is complete.")


async def submit_attempt(context: Context, given: SubmitAttemptInput, *, random_bytes: RandomBytes) -> ProgressResult:
    faults = Faults("input")
    faults.share("score", given.score)
    faults.duration("durationSeconds", given.duration_seconds)
    faults.document("extensions", given.extensions)
    seconds = given.duration_seconds
    return await record_of_item(
        context,
        given,
        Verb.ATTEMPTED,
        faults,
        random_bytes=random_bytes,
        score=given.score,
        success=given.success,
        duration_ms=None if seconds is None or faults.found else round(seconds * 1000),
        extensions=document_of(given.extensions),
    )


async def set_item_progress(
    context: Context, given: SetItemProgressInput, *, random_bytes: RandomBytes
) -> ProgressResult:
    faults = Faults("input")
    faults.share("progress", given.progress)
    return await record_of_item(
        context, given, Verb.PROGRESSED, faults, random_bytes=random_bytes, progress=given.progress
    )


async def record_of_item(
    context: Context,
    given: SubmitAttemptInput | SetItemProgressInput,
    verb: Verb,
    faults: Faults,
    *,
    random_bytes: RandomBytes,
    **said: Any,
) -> ProgressResult:
    found = await opened_one(context, given.registration)
    if isinstance(found, UserError):
        return ProgressResult(None, None, [found])
    faults.text("itemKey", given.item_key, longest=LONGEST_KEY)
    faults.moment("at", given.at, now=context.peer.now())
    if faults.found:
        return ProgressResult(None, None, faults.found)
    event = build_event(
        context, given, found.enrollment, verb, random_bytes=random_bytes, item_key=given.item_key, **said
    )
    code = await record_event(context, given, event, found.course)
    if code is not None:
        return ProgressResult(None, None, [refusal(code, "input")])
    return ProgressResult(given.registration, given.item_key, [])
