"""Course, Module, CourseItem: views of the catalog's records."""

from typing import Any

import strawberry

from resolvers.data.access_paths import COURSE_ACTIVITY, COURSE_ENROLLMENTS, ONLINE
from resolvers.types import enrollment_connection as enrollment_pages
from resolvers.types.activity import ActivityBucket, course_activity_args
from resolvers.types.enums import ItemType, MoveOn
from resolvers.types.node import Node
from resolvers.types.store_field import store_field
from stores.domain import catalog


@strawberry.type(description="One item of a course: a page, a video, a quiz … Scores and thresholds are 0…1.")
class CourseItem:
    """A view of `catalog.Item`."""

    key: str = strawberry.field(description="The usage key or activity IRI, unique in its course.")
    type: ItemType = strawberry.field(description="The kind of item.")
    title: str = strawberry.field(description="The title that learners see.")
    weight: float = strawberry.field(description="The item's weight among the course's required items.")
    move_on: MoveOn = strawberry.field(description="When the item is satisfied (cmi5 moveOn).")
    mastery_score: float | None = strawberry.field(description="The lowest score that passes the item.")
    completion_threshold: float = strawberry.field(description="The lowest progress that completes the item.")
    complete_on_view: bool = strawberry.field(description="Whether viewing the item completes it.")
    prerequisites: list[str] = strawberry.field(description="The keys of the items that come before this one.")

    @strawberry.field(description="The estimated time to complete the item, in seconds.")
    def estimated_duration_seconds(parent: strawberry.Parent[catalog.Item]) -> float | None:
        return None if parent.estimated_duration is None else parent.estimated_duration.total_seconds()


@strawberry.type(description="One part of a course.")
class Module:
    """A view of `catalog.Module`."""

    title: str = strawberry.field(description="The title that learners see.")
    items: list[CourseItem] = strawberry.field(description="The module's items, in order.")


@strawberry.type(description="One version of a course run: the newest one, or the one that an enrolment is pinned to.")
class Course(Node):
    """A view of `catalog.Course`, and its fields in the other stores."""

    key: str = strawberry.field(description="`course-v1:Org+Course+Run` or an IRI.")
    title: str = strawberry.field(description="The title that learners see.")
    description: str | None = strawberry.field(description="The description that learners see.")
    version: int = strawberry.field(description="Versions are numbered from 1; a published version never changes.")
    modules: list[Module] = strawberry.field(description="The course's modules, in order.")

    @strawberry.field(description="The item of this version with this key; null if there is none.")
    def item(parent: strawberry.Parent[catalog.Course], key: str) -> CourseItem | None:
        found: Any = next((item for item in parent.items if item.key == key), None)
        return found  # type: ignore[no-any-return]

    enrollments = store_field(
        COURSE_ENROLLMENTS,
        key="key",
        returns=enrollment_pages.EnrollmentConnection,
        args=enrollment_pages.course_args,
        view=lambda course, found, args: enrollment_pages.page_of_course(course.key, found, args),
        description="The enrolments in the course, by registration. For the course's instructors and an ADMIN.",
    )
    activity = store_field(
        COURSE_ACTIVITY,
        key="key",
        returns=list[ActivityBucket],
        args=course_activity_args,
        by_selection=True,
        description="The activity of all learners in the course, for every window of the time zone that overlaps the "
        "range. For the course's instructors and an ADMIN. The edges of windows lie on quarters of an hour: where the "
        "clocks changed off a quarter, the edge is the quarter before.",
    )
    online_now = store_field(
        ONLINE,
        key="key",
        returns=int,
        view=lambda course, found, args: found or 0,
        description="The number of learners who are ONLINE in the course.",
    )

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        """Whether a `Node` is a Course."""
        return isinstance(value, catalog.Course)
