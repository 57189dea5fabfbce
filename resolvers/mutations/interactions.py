"""recordInteractions: a batch of events, each with its own verdict."""

from datetime import datetime
from typing import cast
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from resolvers.mutations.fast_inputs import builds
from resolvers.mutations.inputs import user_error, user_errors
from resolvers.mutations.payloads import InteractionResult, RecordResult
from resolvers.types.cost_directives import Cost
from resolvers.types.enums import Verb, VerdictStatus
from resolvers.viewer import Viewer
from resolvers.writes import interactions
from resolvers.writes.event_faults import Interaction
from resolvers.writes.faults import Refusal
from resolvers.writes.write_stores import WriteStores
from stores.domain.quick_records import maker


@builds(maker(Interaction))
@strawberry.input(description="An event: something that a learner did.")
class InteractionInput:
    id: UUID = strawberry.field(description="Made by the client. The same id again is the same event.")
    registration: UUID = strawberry.field(description="The enrolment.")
    verb: Verb = strawberry.field(description="What the learner did.")
    verb_iri: str | None = strawberry.field(
        default=None, description="xAPI's IRI of the verb; the usual one if absent."
    )
    item_key: str | None = strawberry.field(default=None, description="The item.")
    at: datetime = strawberry.field(description="When: since 2000, and at most 5 minutes ahead of the gateway's clock.")
    score: float | None = strawberry.field(default=None, description="0…1.")
    success: bool | None = strawberry.field(default=None, description="Whether an attempt succeeded.")
    progress: float | None = strawberry.field(default=None, description="How much of the item is done, 0…1.")
    duration_seconds: float | None = strawberry.field(default=None, description="How long it took; 366 days at most.")
    position: float | None = strawberry.field(default=None, description="Where in the item, in the item's own unit.")
    session_id: strawberry.ID | None = strawberry.field(
        default=None, description="The session it belongs to; 512 bytes at most."
    )
    voids: UUID | None = strawberry.field(default=None, description="With VOIDED only: the event that is voided.")
    extensions: JSON | None = strawberry.field(default=None, description="A JSON object for other data; 64 kB at most.")


@builds(interactions.RecordInteractions, events=InteractionInput)
@strawberry.input(description="A batch of events, of one enrolment or many, in any order.")
class RecordInteractionsInput:
    events: list[InteractionInput] = strawberry.field(description="500 at most.", directives=[Cost(weight="1")])


async def record_interactions(stores: WriteStores, viewer: Viewer, given: RecordInteractionsInput) -> RecordResult:
    """Record a batch of events; the result is the parent of RecordInteractionsPayload."""
    command = cast("interactions.RecordInteractions", given)  # the input builds it
    verdicts = await interactions.record_interactions(stores, viewer, command)
    if isinstance(verdicts, Refusal):
        return RecordResult(errors=user_errors(verdicts))
    kept = (
        event.registration
        for event, verdict in zip(command.events, verdicts, strict=True)
        if verdict.status is not VerdictStatus.REJECTED
    )
    return RecordResult(
        registrations=tuple(dict.fromkeys(kept)),
        results=[
            InteractionResult(
                id=verdict.id,
                status=verdict.status,
                error=None if verdict.fault is None else user_error(verdict.fault),
            )
            for verdict in verdicts
        ],
    )
