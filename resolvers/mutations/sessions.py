"""heartbeat and endSession."""

from datetime import datetime
from uuid import UUID

import strawberry

from resolvers.mutations.inputs import user_errors
from resolvers.mutations.payloads import SessionResult
from resolvers.viewer import Viewer
from resolvers.writes import sessions
from resolvers.writes.faults import Refusal
from resolvers.writes.write_stores import WriteStores


@strawberry.input(description="The learner is present. Send one every 15 to 30 seconds.")
class HeartbeatInput:
    session_id: strawberry.ID | None = strawberry.field(
        default=None, description="Made if absent; send the same one again. 512 bytes at most."
    )
    registration: UUID = strawberry.field(description="The enrolment.")
    item_key: str | None = strawberry.field(default=None, description="The current item.")
    position: float | None = strawberry.field(default=None, description="Where in the item, in the item's own unit.")
    device: str | None = strawberry.field(default=None, description="The kind of device.")
    at: datetime | None = strawberry.field(default=None, description="When; now if absent.")


@strawberry.input(description="The learner leaves.")
class EndSessionInput:
    session_id: strawberry.ID = strawberry.field(description="The session that ends.")


async def heartbeat(stores: WriteStores, viewer: Viewer, given: HeartbeatInput) -> SessionResult:
    """Send a heartbeat; the result is the parent of SessionPayload."""
    command = sessions.SendHeartbeat(
        session_id=given.session_id,
        registration=given.registration,
        item_key=given.item_key,
        position=given.position,
        device=given.device,
        at=given.at,
    )
    sent = await sessions.send_heartbeat(stores, viewer, command)
    if isinstance(sent, Refusal):
        return SessionResult(errors=user_errors(sent))
    return SessionResult(sent.learner_id, sent.registration)


async def end_session(stores: WriteStores, viewer: Viewer, given: EndSessionInput) -> SessionResult:
    """End the viewer's session; the result is the parent of SessionPayload."""
    ended = await sessions.end_session(stores, viewer, sessions.EndSession(session_id=given.session_id))
    if isinstance(ended, Refusal):
        return SessionResult(errors=user_errors(ended))
    return SessionResult(viewer.subject, None if ended is None else ended.registration)
