"""Session, Presence, ResumePoint: what a learner does now, and where they continue."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from resolvers.data.course_version_paths import ITEMS
from resolvers.data.references import newest_course
from resolvers.data.visible_paths import VISIBLE_ENROLLMENTS, VISIBLE_LEARNERS
from resolvers.types.course import Course, CourseItem
from resolvers.types.enums import PresenceStatus
from resolvers.types.lazy import ENROLLMENT, LEARNER
from resolvers.types.node import opaque_id
from resolvers.types.store_field import store_field
from stores.domain import sessions

ITEM = ("registration", "item_key")
POSITION = "The position in the item, in the item's own unit (seconds of a video)."


@strawberry.type(description="A learner's session in the platform, from its first heartbeat to its end.")
class Session:
    """A view of `sessions.Session`."""

    registration: UUID | None = strawberry.field(description="The enrolment that the learner is working in.")
    item_key: str | None = strawberry.field(description="The key of the item that the learner is working on.")
    position: float | None = strawberry.field(description=POSITION)
    device: str | None = strawberry.field(description="The learner's device.")
    started_at: datetime = strawberry.field(description="When the session started.")
    last_seen_at: datetime = strawberry.field(description="The time of the last heartbeat.")

    session_id: strawberry.ID = strawberry.field(
        description="The id that the client or the gateway gave the session, for `heartbeat` and `endSession`."
    )

    @strawberry.field(description="Identifies the session among those of all learners. Opaque.")
    def id(parent: strawberry.Parent[sessions.Session]) -> strawberry.ID:
        return opaque_id("Session", parent.learner_id, parent.session_id)

    @strawberry.field(description="The course that the learner is working in.", graphql_type=Course | None)
    def course(parent: strawberry.Parent[sessions.Session]) -> Any:
        return newest_course(parent.course_key)

    item = store_field(ITEMS, key=ITEM, returns=CourseItem, description="The item that the learner is working on.")


@strawberry.type(description="Whether a learner is online.")
class Presence:
    """A view of `sessions.Presence`."""

    status: PresenceStatus = strawberry.field(description="Derived from the time of the last heartbeat.")
    last_seen_at: datetime | None = strawberry.field(
        description="The time of the last heartbeat; null if none is stored."
    )

    learner = store_field(VISIBLE_LEARNERS, key="learner_id", returns=LEARNER, description="The learner.")

    @strawberry.field(
        description="The course of the last heartbeat, if the viewer may see it.", graphql_type=Course | None
    )
    def course(parent: strawberry.Parent[sessions.Presence]) -> Any:
        return newest_course(parent.course_key)


@strawberry.type(
    description="Where a learner continues in a course: the latest of the positions that heartbeats and events report."
)
class ResumePoint:
    """A view of `sessions.ResumePoint`."""

    registration: UUID = strawberry.field(description="The enrolment.")
    item_key: str = strawberry.field(description="The key of the item to continue with.")
    position: float | None = strawberry.field(description=POSITION)
    at: datetime = strawberry.field(description="When the learner was there.")
    device: str | None = strawberry.field(description="The learner's device.")

    item = store_field(ITEMS, key=ITEM, returns=CourseItem, description="The item to continue with.")
    enrollment = store_field(
        VISIBLE_ENROLLMENTS, key="registration", returns=ENROLLMENT, description="The enrolment, as of now."
    )
