"""What a learner says of one item: an attempt, or how far they are. One event each."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from resolvers.context import Context
from resolvers.input_rules import LONGEST_KEY
from resolvers.inputs import Faults, UserError
from resolvers.learner_writing import document_of
from resolvers.ledger import Noise, opened_one, record_single, refusal, single
from resolvers.payloads import Progressed
from stores.ports.events import Verb


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


async def submit_attempt(context: Context, given: SubmitAttemptInput, *, noise: Noise) -> Progressed:
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
        noise=noise,
        score=given.score,
        success=given.success,
        duration_ms=None if seconds is None or faults.found else round(seconds * 1000),
        extensions=document_of(given.extensions),
    )


async def set_item_progress(context: Context, given: SetItemProgressInput, *, noise: Noise) -> Progressed:
    faults = Faults("input")
    faults.share("progress", given.progress)
    return await record_of_item(context, given, Verb.PROGRESSED, faults, noise=noise, progress=given.progress)


async def record_of_item(
    context: Context,
    given: SubmitAttemptInput | SetItemProgressInput,
    verb: Verb,
    faults: Faults,
    *,
    noise: Noise,
    **said: Any,
) -> Progressed:
    found = await opened_one(context, given.registration)
    if isinstance(found, UserError):
        return Progressed(None, None, [found])
    faults.text("itemKey", given.item_key, longest=LONGEST_KEY)
    faults.moment("at", given.at, now=context.peer.now())
    if faults.found:
        return Progressed(None, None, faults.found)
    event = single(context, given, found.enrollment, verb, noise=noise, item_key=given.item_key, **said)
    code = await record_single(context, given, event, found.course)
    if code is not None:
        return Progressed(None, None, [refusal(code, "input")])
    return Progressed(given.registration, given.item_key, [])
