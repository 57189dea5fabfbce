"""Session, Presence, ResumePoint: where a learner is just now, and where they go on."""

from datetime import datetime
from uuid import UUID

import strawberry

from resolvers.data.access_paths import LATEST
from resolvers.data.course_version_paths import ITEMS
from resolvers.data.visible_paths import VISIBLE_LEARNERS
from resolvers.types.course import Course, CourseItem
from resolvers.types.enums import PresenceStatus
from resolvers.types.lazy import LEARNER
from resolvers.types.store_field import store_field
from stores.domain import sessions

ITEM = ("registration", "item_key")


@strawberry.type(description="A sitting at the platform, from its first heartbeat to its end.")
class Session:
    registration: UUID | None = strawberry.field(description="The enrolment the learner is in.")
    item_key: str | None = strawberry.field(description="The item the learner is at.")
    position: float | None = strawberry.field(description="Where in the item, in its own unit.")
    device: str | None = strawberry.field(description="On which device.")
    started_at: datetime = strawberry.field(description="When it began.")
    last_seen_at: datetime = strawberry.field(description="The last heartbeat.")

    @strawberry.field(description="The client's own id of the session.")
    def id(parent: strawberry.Parent[sessions.Session]) -> strawberry.ID:
        return strawberry.ID(parent.session_id)

    course = store_field(LATEST, key="course_key", returns=Course, description="The course the learner is in.")
    item = store_field(ITEMS, key=ITEM, returns=CourseItem, description="The item the learner is at.")


@strawberry.type(description="Whether a learner is here.")
class Presence:
    status: PresenceStatus = strawberry.field(description="By the time of the last heartbeat.")
    last_seen_at: datetime | None = strawberry.field(description="The last heartbeat; null if none is remembered.")

    learner = store_field(
        VISIBLE_LEARNERS,
        key="learner_id",
        returns=LEARNER,
        description="Whose presence this is.",
    )
    course = store_field(LATEST, key="course_key", returns=Course, description="The course they were last seen in.")


@strawberry.type(description="Where a registration goes on: the latest of heartbeats, events and checkpoints.")
class ResumePoint:
    registration: UUID = strawberry.field(description="The enrolment.")
    item_key: str = strawberry.field(description="The item to go on with.")
    position: float | None = strawberry.field(description="Where in the item, in its own unit.")
    at: datetime = strawberry.field(description="When the learner was there.")
    device: str | None = strawberry.field(description="On which device.")

    item = store_field(ITEMS, key=ITEM, returns=CourseItem, description="The item to go on with.")
