"""Enrollment: a view of the enrolment's record, and its fields in the other stores by registration."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from resolvers.data.access_paths import ATTEMPTS, CERTIFICATES, COURSE_PROGRESS
from resolvers.data.course_version_paths import ITEM_PAGES
from resolvers.data.derived_paths import RESUME
from resolvers.data.item_order_paths import NEXT_ITEMS, ONE_ITEM
from resolvers.data.references import CourseRef, LearnerRef
from resolvers.types.certificate import Certificate
from resolvers.types.connection import Connection
from resolvers.types.course import Course, item_args
from resolvers.types.enums import EnrollmentState
from resolvers.types.guard import guarded_field
from resolvers.types.lazy import LEARNER
from resolvers.types.next_item import NextItem
from resolvers.types.node import Node
from resolvers.types.progress import (
    Attempt,
    CourseProgress,
    ItemProgress,
    attempts_args,
    items_args,
    progress_page,
)
from resolvers.types.session import ResumePoint
from resolvers.types.store_field import store_field
from stores.domain.progress import Enrollment as Record


@strawberry.type(description="The enrolment of one learner in one course run.")
class Enrollment(Node):
    """A view of `stores.domain.progress.Enrollment`."""

    registration: UUID = strawberry.field(description="The key of the enrolment (xAPI `context.registration`).")
    learner_id: str = strawberry.field(description="The learner's key in the platform.")
    course_key: str = strawberry.field(description="The course's key.")
    course_version: int = strawberry.field(description="The version of the course that the enrolment is pinned to.")
    state: EnrollmentState = strawberry.field(description="Derived from the enrolment's events.")
    enrolled_at: datetime | None = strawberry.field(
        description="The time of the earliest REGISTERED event; null if there is none."
    )
    completed_at: datetime | None = strawberry.field(description="When the course was satisfied.")

    attributes = guarded_field(
        "attributes",
        JSON,
        "Further data of the enrolment, such as demographics at that time: an open document. Empty unless the viewer "
        "is the learner or an ADMIN.",
    )

    @strawberry.field(description="The enrolled learner.", graphql_type=LEARNER | None)
    def learner(parent: strawberry.Parent[Record]) -> Any:
        return LearnerRef.of(parent)

    @strawberry.field(
        description="The course, in the version that the enrolment is pinned to.", graphql_type=Course | None
    )
    def course(parent: strawberry.Parent[Record]) -> Any:
        return CourseRef(parent.course_key, parent.course_version)

    progress = store_field(
        COURSE_PROGRESS, key="registration", returns=CourseProgress, description="The progress in the course."
    )
    items = store_field(
        ITEM_PAGES,
        key="registration",
        returns=Connection[ItemProgress],
        args=items_args,
        view=progress_page,
        description="The progress in every item of the pinned version, in course order. Items without events included.",
    )
    item = store_field(
        ONE_ITEM,
        key="registration",
        returns=ItemProgress,
        args=item_args,
        description="The progress in the item with this key; null if the pinned version has no such item.",
    )
    next = store_field(
        NEXT_ITEMS,
        key="registration",
        returns=NextItem,
        description="What the learner does next; null if nothing is left that they can do, and after a withdrawal.",
    )
    attempts = store_field(
        ATTEMPTS,
        key="registration",
        returns=Connection[Attempt],
        args=attempts_args,
        view=progress_page,
        description="The attempts at the items, by time.",
    )
    resume = store_field(
        RESUME, key="registration", returns=ResumePoint, description="Where the learner continues in the course."
    )
    certificate = store_field(
        CERTIFICATES,
        key="registration",
        returns=Certificate,
        description="The certificate; null until the course is satisfied.",
    )

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        """Whether a `Node` is an Enrollment."""
        return isinstance(value, Record)
