"""Enrollment: a view of the record, and the way into the other stores by registration."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from resolvers import permissions
from resolvers.context import Info
from resolvers.data.access_paths import ATTEMPTS, CERTIFICATES, COURSE_PROGRESS, PROFILES, VERSIONS
from resolvers.data.course_version_paths import ITEM_PAGES
from resolvers.data.derived_paths import RESUME
from resolvers.types.connection import Connection
from resolvers.types.course import Course
from resolvers.types.enums import EnrollmentState
from resolvers.types.lazy import LEARNER
from resolvers.types.node import Node
from resolvers.types.progress import (
    Attempt,
    Certificate,
    CourseProgress,
    ItemProgress,
    attempts_args,
    items_args,
    page,
)
from resolvers.types.session import ResumePoint
from resolvers.types.store_field import store_field
from stores.domain.progress import Enrollment as Record


@strawberry.type(description="One learner's one enrolment in one course run.")
class Enrollment(Node):
    registration: UUID = strawberry.field(description="Its key (xAPI `context.registration`).")
    course_version: int = strawberry.field(description="The version of the course that it is pinned to.")
    state: EnrollmentState = strawberry.field(description="Follows from the events.")
    enrolled_at: datetime | None = strawberry.field(description="The earliest registration; null where none is known.")
    completed_at: datetime | None = strawberry.field(description="When the course was satisfied.")

    @strawberry.field(
        description="What else is known of the enrolment (demographics of the run among it). "
        "Empty for viewers other than the learner and an ADMIN."
    )
    def attributes(parent: strawberry.Parent[Record], info: Info) -> JSON:
        return JSON(parent.attributes if permissions.may_read_private(info.context.viewer, parent.learner_id) else {})

    learner = store_field(
        PROFILES,
        key="learner_id",
        returns=LEARNER,
        description="Who learns.",
    )
    course = store_field(VERSIONS, key="pin", returns=Course, description="The course, in the pinned version.")
    progress = store_field(COURSE_PROGRESS, key="registration", returns=CourseProgress, description="The roll-up.")
    items = store_field(
        ITEM_PAGES,
        key="registration",
        returns=Connection[ItemProgress],
        select=items_args,
        then=page,
        description="Every item of the pinned version in course order, those not started among them.",
    )
    attempts = store_field(
        ATTEMPTS,
        key="registration",
        returns=Connection[Attempt],
        select=attempts_args,
        then=page,
        description="Attempts by time.",
    )
    resume = store_field(RESUME, key="registration", returns=ResumePoint, description="Where to go on.")
    certificate = store_field(
        CERTIFICATES, key="registration", returns=Certificate, description="Once the course was satisfied."
    )

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, Record)
