"""Learner: a view of a profile, and its fields in the other stores by learner id."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from resolvers import permissions
from resolvers.context import Info
from resolvers.data.access_paths import EVENTS, LEARNER_COUNTS_BY_TIME, LEARNER_ENROLLMENTS
from resolvers.data.visible_paths import VISIBLE_PRESENCE, VISIBLE_SESSIONS
from resolvers.errors import forbidden
from resolvers.types import enrollment_connection as enrollment_pages
from resolvers.types.activity import ActivityBucket, learner_activity_args, learner_buckets
from resolvers.types.connection import Connection
from resolvers.types.interaction import Interaction, timeline_args, timeline_page
from resolvers.types.node import Node
from resolvers.types.session import Presence, Session
from resolvers.types.store_field import store_field
from stores.domain.profiles import Profile

MASKED = "Empty unless the viewer is the learner or an ADMIN."


@strawberry.type(description="A learner.")
class Learner(Node):
    """A view of `Profile`."""

    learner_id: str = strawberry.field(description="The learner's key in the platform.")
    display_name: str = strawberry.field(description="The name that others see.")
    locale: str = strawberry.field(description="The language tag (BCP 47).")
    time_zone: str = strawberry.field(description="The learner's IANA time zone. Their activity is in its windows.")
    avatar_url: str | None = strawberry.field(description="The URL of a picture.")
    goals: list[str] = strawberry.field(description="What the learner wants to achieve.")
    skills: list[str] = strawberry.field(description="What the learner can do.")
    created_at: datetime = strawberry.field(description="When the profile was created.")
    updated_at: datetime = strawberry.field(description="When the profile was last changed.")
    version: int = strawberry.field(description="The number of writes of the profile, from 1.")

    @strawberry.field(description="The e-mail address. FORBIDDEN unless the viewer is the learner or an ADMIN.")
    def email(parent: strawberry.Parent[Profile], info: Info) -> str | None:
        if not permissions.may_read_private(info.context.viewer, parent.learner_id):
            raise forbidden()
        return parent.email

    @strawberry.field(description=f"The learner's settings: an open document. {MASKED}")
    def preferences(parent: strawberry.Parent[Profile], info: Info) -> JSON:
        return JSON(parent.preferences if permissions.may_read_private(info.context.viewer, parent.learner_id) else {})

    @strawberry.field(description=f"Further data of the learner, such as demographics: an open document. {MASKED}")
    def attributes(parent: strawberry.Parent[Profile], info: Info) -> JSON:
        return JSON(parent.attributes if permissions.may_read_private(info.context.viewer, parent.learner_id) else {})

    enrollments = store_field(
        LEARNER_ENROLLMENTS,
        key="learner_id",
        returns=enrollment_pages.EnrollmentConnection,
        args=enrollment_pages.learner_args,
        view=enrollment_pages.page_of_learner,
        description="The learner's enrolments, newest first. An instructor sees those in courses they teach.",
    )
    timeline = store_field(
        EVENTS,
        key="learner_id",
        returns=Connection[Interaction],
        args=timeline_args,
        view=timeline_page,
        description="The learner's events, newest first. An instructor sees those in courses they teach.",
    )
    activity = store_field(
        LEARNER_COUNTS_BY_TIME,
        key="learner_id",
        returns=list[ActivityBucket],
        args=learner_activity_args,
        view=learner_buckets,
        description="The learner's activity, for every window of their own time zone that overlaps the range. An "
        "instructor sees that in courses they teach. INVALID_TIME_ZONE if the profile's timeZone is not an IANA zone.",
    )
    session = store_field(
        VISIBLE_SESSIONS,
        key="learner_id",
        returns=Session,
        description="The learner's current session. An instructor sees one in a course they teach.",
    )
    presence = store_field(
        VISIBLE_PRESENCE, key="learner_id", returns=Presence, description="Whether the learner is online."
    )

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        """Whether a `Node` is a Learner."""
        return isinstance(value, Profile)
