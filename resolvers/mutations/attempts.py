"""submitAttempt and setItemProgress."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from resolvers.mutations.inputs import user_errors
from resolvers.mutations.payloads import ProgressResult
from resolvers.viewer import Viewer
from resolvers.writes import attempts
from resolvers.writes.faults import Refusal
from resolvers.writes.write_stores import WriteStores

EVENT_ID = "The id of the ledger event, for repeating the mutation safely; made if absent."


@strawberry.input(description="An attempt at an item.")
class SubmitAttemptInput:
    id: UUID | None = strawberry.field(default=None, description=EVENT_ID)
    registration: UUID = strawberry.field(description="The enrolment.")
    item_key: str = strawberry.field(description="The item.")
    at: datetime | None = strawberry.field(default=None, description="When; now if absent.")
    score: float | None = strawberry.field(default=None, description="0…1.")
    success: bool | None = strawberry.field(
        default=None, description="Whether it succeeded; decided by the item's mastery score if absent."
    )
    duration_seconds: float | None = strawberry.field(default=None, description="How long it took; 366 days at most.")
    extensions: JSON | None = strawberry.field(default=None, description="A JSON object for other data; 64 kB at most.")


@strawberry.input(description="How much of an item is done. Progress never goes down.")
class SetItemProgressInput:
    id: UUID | None = strawberry.field(default=None, description=EVENT_ID)
    registration: UUID = strawberry.field(description="The enrolment.")
    item_key: str = strawberry.field(description="The item.")
    at: datetime | None = strawberry.field(default=None, description="When; now if absent.")
    progress: float = strawberry.field(description="0…1; from the item's completion threshold on it is complete.")


async def submit_attempt(stores: WriteStores, viewer: Viewer, given: SubmitAttemptInput) -> ProgressResult:
    """Record an attempt; the result is the parent of ProgressPayload."""
    command = attempts.SubmitAttempt(
        id=given.id,
        registration=given.registration,
        item_key=given.item_key,
        at=given.at,
        score=given.score,
        success=given.success,
        duration_seconds=given.duration_seconds,
        extensions=given.extensions,
    )
    return _result(given, await attempts.submit_attempt(stores, viewer, command))


async def set_item_progress(stores: WriteStores, viewer: Viewer, given: SetItemProgressInput) -> ProgressResult:
    """Record progress; the result is the parent of ProgressPayload."""
    command = attempts.SetItemProgress(
        id=given.id, registration=given.registration, item_key=given.item_key, at=given.at, progress=given.progress
    )
    return _result(given, await attempts.set_item_progress(stores, viewer, command))


def _result(given: SubmitAttemptInput | SetItemProgressInput, written: UUID | Refusal) -> ProgressResult:
    if isinstance(written, Refusal):
        return ProgressResult(errors=user_errors(written))
    return ProgressResult(given.registration, given.item_key)
