"""Heartbeats and the end of a session: the inputs, their rules, the one Redis call."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import strawberry

from resolvers import permissions
from resolvers.context import Context
from resolvers.data.access_paths import ENROLLMENTS
from resolvers.data.course_version_paths import ITEMS
from resolvers.errors import forbidden
from resolvers.mutations.inputs import Faults
from resolvers.mutations.payloads import SessionResult
from resolvers.value_rules import LONGEST_KEY
from stores.domain.sessions import Heartbeat
from stores.domain.uuid7 import uuid7


@strawberry.input(description="The learner is here. Send one every 15 to 30 seconds.")
class HeartbeatInput:
    session_id: strawberry.ID | None = strawberry.field(default=None, description="Made when absent; send it again.")
    registration: UUID = strawberry.field(description="The enrolment the learner is in.")
    item_key: str | None = strawberry.field(default=None, description="The item the learner is at.")
    position: float | None = strawberry.field(default=None, description="Where in the item, in its own unit.")
    device: str | None = strawberry.field(default=None, description="On which device.")
    at: datetime | None = strawberry.field(default=None, description="When; now if absent.")


@strawberry.input(description="The learner leaves.")
class EndSessionInput:
    session_id: strawberry.ID = strawberry.field(description="The session that ends.")


async def heartbeat(context: Context, given: HeartbeatInput, *, random_bytes: Callable[[int], bytes]) -> SessionResult:
    """A learner's own affair: nobody is here in another's name."""
    enrollment = await context.loaders.load(ENROLLMENTS, given.registration, ())
    if enrollment is None or not permissions.is_self(context.viewer, enrollment.learner_id):
        raise forbidden()
    now = context.peer.now()
    faults = Faults("input")
    faults.text("sessionId", given.session_id, longest=LONGEST_KEY)
    faults.text("device", given.device)
    faults.amount("position", given.position)
    faults.moment("at", given.at, now=now)
    if given.item_key is not None:
        item = await context.loaders.load(ITEMS, (given.registration, given.item_key), ())
        if item is None:
            faults.add("is not an item of the course", "itemKey")
    if faults.found:
        return SessionResult(None, None, faults.found)
    beat = Heartbeat(
        session_id=given.session_id or str(uuid7(now, random_bytes(10))),
        learner_id=enrollment.learner_id,
        registration=enrollment.registration,
        course_key=enrollment.course_key,
        item_key=given.item_key,
        position=given.position,
        device=given.device,
        at=given.at or now,
    )
    await context.loaders.call("sessions", "touch", 1, context.peer.stores.sessions.touch([beat]))
    return SessionResult(enrollment.learner_id, enrollment.registration, [])


async def end_session(context: Context, given: EndSessionInput) -> SessionResult:
    """The viewer's own session; one that is over already, or another's, is no error and no news."""
    if not permissions.is_self(context.viewer, context.viewer.subject):
        raise forbidden()
    faults = Faults("input")
    faults.text("sessionId", given.session_id, longest=LONGEST_KEY)
    if faults.found:
        return SessionResult(None, None, faults.found)
    sessions = context.peer.stores.sessions
    ending = sessions.end(given.session_id, learner_id=context.viewer.subject)
    ended = await context.loaders.call("sessions", "end", 1, ending)
    return SessionResult(context.viewer.subject, None if ended is None else ended.registration, [])
