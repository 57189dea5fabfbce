"""Course, Module, CourseItem: a course by reference, and views of the catalog's records."""

from functools import partial
from typing import Annotated, Any, NamedTuple

import strawberry

from resolvers.data.access_paths import COURSE_ACTIVITY, ONLINE, NoArgs
from resolvers.data.course_enrollment_paths import COURSE_ENROLLMENTS
from resolvers.data.course_number_paths import COURSE_SUMMARIES
from resolvers.data.reference_paths import COURSE_ITEMS, COURSES
from resolvers.data.references import CourseRef
from resolvers.types import enrollment_connection as enrollment_pages
from resolvers.types.activity import ASSUMED_WINDOWS, ActivityBucket, count_windows, course_activity_args
from resolvers.types.cost_directives import ListSize
from resolvers.types.course_summary import CourseSummary, summary_args, zoned_summary
from resolvers.types.enums import ItemType, MoveOn
from resolvers.types.node import Node, opaque_id
from resolvers.types.store_field import record_field, store_field
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
    launch_url: str | None = strawberry.field(description="Where a client opens the item.")
    self_reported: bool = strawberry.field(
        description="Whether learners may state their own score and success. Otherwise they may not if the item is "
        "required."
    )

    @strawberry.field(description="The estimated time to complete the item, in seconds.")
    def estimated_duration_seconds(parent: strawberry.Parent[catalog.Item]) -> float | None:
        return None if parent.estimated_duration is None else parent.estimated_duration.total_seconds()


class PlacedModule(NamedTuple):
    """A module of a course version; `place` counts from 0."""

    course: catalog.CourseVersion
    place: int
    module: catalog.Module


@strawberry.type(description="One part of a course.")
class Module:
    """A view of `PlacedModule`."""

    @strawberry.field(description="Identifies the module among those of all courses and versions. Opaque.")
    def id(parent: strawberry.Parent[PlacedModule]) -> strawberry.ID:
        return opaque_id("Module", *parent.course, parent.place)

    @strawberry.field(description="Unique in the course; `module-1`, `module-2` … by its place unless it was given.")
    def key(parent: strawberry.Parent[PlacedModule]) -> str:
        return catalog.module_key(parent.place, parent.module)

    @strawberry.field(description="The title that learners see.")
    def title(parent: strawberry.Parent[PlacedModule]) -> str:
        return parent.module.title

    @strawberry.field(description="The module's items, in order.", directives=[ListSize(assumed_size=20)])
    def items(parent: strawberry.Parent[PlacedModule]) -> list[CourseItem]:
        items: list[Any] = list(parent.module.items)
        return items


course_field = partial(record_field, COURSES, "itself")
"""The field of the course version with this name."""


def item_args(
    *,
    key: Annotated[str, strawberry.argument(description="The item's key, compared exactly.")],
) -> str:
    """The arguments of `Course.item` and of `Enrollment.item`."""
    return key


def modules_of(ref: CourseRef, course: catalog.Course | None, args: NoArgs) -> list[PlacedModule] | None:
    """The modules of a course version, in order."""
    if course is None:
        return None
    return [PlacedModule(course.pin, place, module) for place, module in enumerate(course.modules)]


@strawberry.type(
    description="A course run, in its newest version or in the one that an enrolment is pinned to: the two have the "
    "same `key` and different ids. The fields from `title` to `item` are null if the catalog does not have it."
)
class Course(Node):
    """A view of `CourseRef`, and its fields in each store."""

    key: str = strawberry.field(description="`course-v1:Org+Course+Run` or an IRI.")

    title = course_field("title", str, "The title that learners see.")
    description = course_field("description", str, "The description that learners see.")
    image_url = course_field("image_url", str, "The URL of a picture of the course.")
    enforce_prerequisites = course_field(
        "enforce_prerequisites",
        bool,
        "Whether a learner's attempt at an item is refused with LOCKED until its prerequisites are satisfied.",
    )
    version = course_field("version", int, "Versions are numbered from 1; a published version never changes.")
    modules = store_field(
        COURSES,
        key="itself",
        returns=list[Module],
        view=modules_of,
        size=20,
        description="The course's modules, in order.",
    )
    item = store_field(
        COURSE_ITEMS,
        key="itself",
        returns=CourseItem,
        args=item_args,
        description="The item of this version with this key; null if there is none.",
    )

    enrollments = store_field(
        COURSE_ENROLLMENTS,
        key="key",
        returns=enrollment_pages.EnrollmentConnection,
        args=enrollment_pages.course_args,
        view=lambda course, found, args: enrollment_pages.page_of_course(course.key, found, args),
        description="The enrolments in the course. For the course's instructors and an ADMIN.",
    )
    activity = store_field(
        COURSE_ACTIVITY,
        key="key",
        returns=list[ActivityBucket],
        args=course_activity_args,
        by_selection=(),
        weight=5,
        size=ASSUMED_WINDOWS,
        count=count_windows,
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
    summary = store_field(
        COURSE_SUMMARIES,
        key="key",
        returns=CourseSummary,
        args=summary_args,
        view=zoned_summary,
        by_selection=(),
        weight=10,
        description="The numbers of the course. For the course's instructors and an ADMIN.",
    )

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        """Whether a `Node` is a Course."""
        return isinstance(value, CourseRef)
