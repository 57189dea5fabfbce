"""Heartbeats and the end of a session: one call of the sessions store each."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from resolvers import permissions
from resolvers.data.access_paths import ENROLLMENTS
from resolvers.data.course_version_paths import ITEMS
from resolvers.viewer import Viewer
from resolvers.writes.faults import Fault, Refusal, refuse_forbidden
from resolvers.writes.validation import Validation
from resolvers.writes.write_stores import WriteStores
from stores.domain.progress import EnrollmentState
from stores.domain.sessions import Heartbeat, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SendHeartbeat:
    """The learner is present. Clients send one every 15 to 30 seconds.

    `session_id` is made when None, `at` is now when None. `item_key`: the current item; `position` is in the item's
    own unit.
    """

    session_id: str | None = None
    registration: UUID
    item_key: str | None = None
    position: float | None = None
    device: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSession:
    """The learner leaves."""

    session_id: str


async def send_heartbeat(stores: WriteStores, viewer: Viewer, command: SendHeartbeat) -> Heartbeat | Refusal:
    """Keep session, presence and resume point; for the learner only. Returns the heartbeat as it was written.

    WITHDRAWN: the learner withdrew from the course. Another learner's registration is FORBIDDEN. Raises StoreError.
    """
    return (await send_heartbeats(stores, [(viewer, command)]))[0]


async def send_heartbeats(
    stores: WriteStores, commands: Sequence[tuple[Viewer, SendHeartbeat]]
) -> Sequence[Heartbeat | Refusal]:
    """`send_heartbeat` for several learners: reads are batched, and one store call writes all valid heartbeats. One
    result for each command, in order."""
    results = await asyncio.gather(*(_build_heartbeat(stores, viewer, command) for viewer, command in commands))
    heartbeats = [result for result in results if isinstance(result, Heartbeat)]
    if heartbeats:
        await stores.call("sessions", "touch", len(heartbeats), stores.stores.sessions.touch(heartbeats))
    return results


async def _build_heartbeat(stores: WriteStores, viewer: Viewer, command: SendHeartbeat) -> Heartbeat | Refusal:
    enrollment = await stores.loaders.load(ENROLLMENTS, command.registration, ())
    if enrollment is None or not permissions.may_write(viewer, "heartbeat", enrollment.learner_id):
        return refuse_forbidden()
    now = stores.now()
    validation = Validation()
    validation.new_key("session_id", command.session_id)
    validation.name("device", command.device)
    validation.amount("position", command.position)
    validation.time("at", command.at, now=now)
    if enrollment.state is EnrollmentState.WITHDRAWN:
        validation.faults.append(Fault("WITHDRAWN", "the learner withdrew from the course", ("registration",)))
    if command.item_key is not None:
        item = await stores.loaders.load(ITEMS, (command.registration, command.item_key), ())
        if item is None:
            validation.add("is not an item of the course", "item_key")
    if refusal := validation.refusal:
        return refusal
    return Heartbeat(
        session_id=command.session_id or str(stores.new_id()),
        learner_id=enrollment.learner_id,
        registration=enrollment.registration,
        course_key=enrollment.course_key,
        item_key=command.item_key,
        position=command.position,
        device=command.device,
        at=command.at or now,
    )


async def end_session(stores: WriteStores, viewer: Viewer, command: EndSession) -> Session | Refusal | None:
    """End the viewer's session; returns the session as it was. None: it has ended already, or it is another learner's.
    Raises StoreError."""
    if not permissions.may_write(viewer, "endSession", viewer.subject):
        return refuse_forbidden()
    validation = Validation()
    validation.name("session_id", command.session_id)
    if refusal := validation.refusal:
        return refusal
    ending = stores.stores.sessions.end(command.session_id, learner_id=viewer.subject)
    return await stores.call("sessions", "end", 1, ending)
