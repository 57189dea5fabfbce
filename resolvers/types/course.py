"""Course, Module, CourseItem: views of the catalog's records."""

from typing import Any

import strawberry

from resolvers import permissions
from resolvers.data.access_paths import ONLINE
from resolvers.data.derived_paths import COURSE_ACTIVITY, ENROLLMENTS_OF_COURSE
from resolvers.types import enrollment_connection as enrollment_pages
from resolvers.types.activity import ActivityBucket, course_activity_args
from resolvers.types.enums import ItemType, MoveOn
from resolvers.types.node import Node
from resolvers.types.store_field import store_field
from stores.domain import catalog


@strawberry.type(description="Something a learner does in a course. Scores and thresholds are 0…1.")
class CourseItem:
    key: str = strawberry.field(description="Usage key or activity IRI, unique in its course.")
    type: ItemType = strawberry.field(description="What kind of thing it is.")
    title: str = strawberry.field(description="What learners read.")
    weight: float = strawberry.field(description="Its share among the course's required items.")
    move_on: MoveOn = strawberry.field(description="When it counts as done.")
    mastery_score: float | None = strawberry.field(description="A score from here on passes.")
    completion_threshold: float = strawberry.field(description="Progress from here on completes.")
    complete_on_view: bool = strawberry.field(description="Looking at it completes it.")
    prerequisites: list[str] = strawberry.field(description="Keys of the items that come first.")

    @strawberry.field(description="How long it takes, roughly.")
    def estimated_duration_seconds(parent: strawberry.Parent[catalog.Item]) -> float | None:
        return None if parent.estimated_duration is None else parent.estimated_duration.total_seconds()


@strawberry.type(description="A part of a course.")
class Module:
    title: str = strawberry.field(description="What learners read.")
    items: list[CourseItem] = strawberry.field(description="Its items in order.")


@strawberry.type(description="A course run, in its newest version or in the one an enrolment is pinned to.")
class Course(Node):
    key: str = strawberry.field(description="`course-v1:Org+Course+Run` or any IRI.")
    title: str = strawberry.field(description="What learners read.")
    description: str | None = strawberry.field(description="What it is about.")
    version: int = strawberry.field(description="Published versions count from 1 and never change.")
    modules: list[Module] = strawberry.field(description="The course tree.")

    @strawberry.field(description="One item of this version.")
    def item(parent: strawberry.Parent[catalog.Course], key: str) -> CourseItem | None:
        found: Any = next((item for item in parent.items if item.key == key), None)
        return found  # type: ignore[no-any-return]

    enrollments = store_field(
        ENROLLMENTS_OF_COURSE,
        key="key",
        returns=enrollment_pages.EnrollmentConnection,
        select=enrollment_pages.course_args,
        may=lambda viewer, course: permissions.may_read_course_records(viewer, course.key),
        then=lambda course, found, args: enrollment_pages.page_of_course(course.key, found, args),
        description="Who takes it, by registration. For its instructors.",
    )
    activity = store_field(
        COURSE_ACTIVITY,
        key="key",
        returns=list[ActivityBucket],
        select=course_activity_args,
        may=lambda viewer, course: permissions.may_read_course_records(viewer, course.key),
        description="How much went on, in every whole window of the time zone that overlaps the range. "
        "For its instructors.",
    )
    online_now = store_field(
        ONLINE,
        key="key",
        returns=int,
        then=lambda course, found, args: found or 0,
        description="How many learners are ONLINE in it.",
    )

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, catalog.Course)
