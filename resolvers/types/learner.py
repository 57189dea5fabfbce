"""Learner: a view of a profile, and the way into the other stores by learner."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from resolvers import permissions
from resolvers.context import Info
from resolvers.data.access_paths import EVENTS, LEARNER_QUARTERS
from resolvers.data.derived_paths import ENROLLMENTS_OF_LEARNER
from resolvers.data.visible_paths import VISIBLE_PRESENCE, VISIBLE_SESSIONS
from resolvers.errors import forbidden
from resolvers.types import enrollment_connection as enrollment_pages
from resolvers.types.activity import ActivityBucket, buckets_of_learner, learner_activity_args
from resolvers.types.connection import Connection
from resolvers.types.interaction import Interaction, timeline_args, timeline_page
from resolvers.types.node import Node
from resolvers.types.session import Presence, Session
from resolvers.types.store_field import store_field
from stores.domain.profiles import Profile

MASKED = "Empty for viewers other than the learner and an ADMIN."


@strawberry.type(description="Someone who learns.")
class Learner(Node):
    learner_id: str = strawberry.field(description="The platform's own key of the learner.")
    display_name: str = strawberry.field(description="What others read.")
    locale: str = strawberry.field(description="Language tag (BCP 47).")
    time_zone: str = strawberry.field(description="IANA time zone: whose days the learner lives.")
    avatar_url: str | None = strawberry.field(description="A picture.")
    goals: list[str] = strawberry.field(description="What the learner is after.")
    skills: list[str] = strawberry.field(description="What the learner can do.")
    created_at: datetime = strawberry.field(description="When the profile was made.")
    updated_at: datetime = strawberry.field(description="When the profile was last written.")
    version: int = strawberry.field(description="Counts the profile's writes from 1.")

    @strawberry.field(description="FORBIDDEN to viewers other than the learner and an ADMIN.")
    def email(parent: strawberry.Parent[Profile], info: Info) -> str | None:
        if not permissions.may_read_private(info.context.viewer, parent.learner_id):
            raise forbidden()
        return parent.email

    @strawberry.field(description=f"The learner's settings, an open document. {MASKED}")
    def preferences(parent: strawberry.Parent[Profile], info: Info) -> JSON:
        return JSON(parent.preferences if permissions.may_read_private(info.context.viewer, parent.learner_id) else {})

    @strawberry.field(description=f"What else is known of the learner, an open document. {MASKED}")
    def attributes(parent: strawberry.Parent[Profile], info: Info) -> JSON:
        return JSON(parent.attributes if permissions.may_read_private(info.context.viewer, parent.learner_id) else {})

    enrollments = store_field(
        ENROLLMENTS_OF_LEARNER,
        key="learner_id",
        returns=enrollment_pages.EnrollmentConnection,
        select=enrollment_pages.learner_args,
        then=enrollment_pages.page_of_learner,
        description="The learner's enrolments, newest first; for an instructor those in courses they teach.",
    )
    timeline = store_field(
        EVENTS,
        key="learner_id",
        returns=Connection[Interaction],
        select=timeline_args,
        then=timeline_page,
        description="What the learner did, newest first; for an instructor, in courses they teach.",
    )
    activity = store_field(
        LEARNER_QUARTERS,
        key="learner_id",
        returns=list[ActivityBucket],
        select=learner_activity_args,
        then=buckets_of_learner,
        description="How much the learner did, in every whole window of their own time zone that overlaps the range; "
        "for an instructor, in courses they teach.",
    )
    session = store_field(
        VISIBLE_SESSIONS,
        key="learner_id",
        returns=Session,
        description="The learner's current session; for an instructor, one in a course they teach.",
    )
    presence = store_field(
        VISIBLE_PRESENCE,
        key="learner_id",
        returns=Presence,
        description="Whether the learner is here just now.",
    )

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, Profile)
