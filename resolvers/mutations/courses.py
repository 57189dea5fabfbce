"""createCourse."""

from datetime import timedelta

import strawberry

from resolvers.mutations.inputs import user_errors
from resolvers.mutations.payloads import WriteResult
from resolvers.types.enums import ItemType, MoveOn
from resolvers.viewer import Viewer
from resolvers.writes import courses
from resolvers.writes.faults import Refusal
from resolvers.writes.write_stores import WriteStores
from stores.domain.catalog import Item, Module

COURSE_NAMES = {"estimated_duration": "estimatedDurationSeconds"}


@strawberry.input(description="An item of a course. Scores and thresholds are 0…1.")
class ItemInput:
    key: str = strawberry.field(description="Unique in the course; 512 bytes at most.")
    type: ItemType = strawberry.field(description="The kind of item.")
    title: str = strawberry.field(description="The title that learners read.")
    weight: float = strawberry.field(default=1, description="Its share among the required items; 1,000,000 at most.")
    move_on: MoveOn = strawberry.field(description="When it counts as done.")
    mastery_score: float | None = strawberry.field(default=None, description="The lowest score that passes.")
    completion_threshold: float | None = strawberry.field(
        default=None, description="The progress that completes it; 1 if absent."
    )
    complete_on_view: bool | None = strawberry.field(default=None, description="Whether viewing completes it.")
    estimated_duration_seconds: float | None = strawberry.field(
        default=None, description="How long it takes; 366 days at most."
    )
    prerequisites: list[str] | None = strawberry.field(
        default=None, description="Keys of the items that come first. They must not form a cycle."
    )
    launch_url: str | None = strawberry.field(
        default=None, description="Where a client opens the item: an https URL (http on a loopback host only)."
    )
    self_reported: bool | None = strawberry.field(
        default=False, description="Whether learners may state their own score and success although it is required."
    )


@strawberry.input(description="A module: a part of a course.")
class ModuleInput:
    key: str | None = strawberry.field(
        default=None,
        description="Unique in the course, 512 bytes at most; `module-1`, `module-2` … by its place if absent.",
    )
    title: str = strawberry.field(description="The title that learners read.")
    items: list[ItemInput] = strawberry.field(description="Its items in order.")


@strawberry.input(description="A course, or the next version of one that exists.")
class CreateCourseInput:
    key: str = strawberry.field(
        description="`course-v1:Org+Course+Run` or an absolute IRI (RFC 3987); 512 bytes at most."
    )
    title: str = strawberry.field(description="The title that learners read.")
    description: str | None = strawberry.field(default=None, description="What the course is about.")
    image_url: str | None = strawberry.field(
        default=None, description="URL of a picture: https (http on a loopback host only)."
    )
    enforce_prerequisites: bool | None = strawberry.field(
        default=True,
        description="Whether a learner's attempt at an item is refused with LOCKED until its prerequisites are "
        "satisfied.",
    )
    modules: list[ModuleInput] = strawberry.field(description="Its modules in order.")


async def create_course(stores: WriteStores, viewer: Viewer, given: CreateCourseInput) -> WriteResult:
    """Publish a course; the result is the parent of CoursePayload."""
    command = courses.PublishCourse(
        key=given.key,
        title=given.title,
        description=given.description,
        image_url=given.image_url or None,
        enforce_prerequisites=given.enforce_prerequisites is not False,
        modules=[
            Module(key=each.key, title=each.title, items=tuple(map(item_of, each.items))) for each in given.modules
        ],
    )
    published = await courses.publish_course(stores, viewer, command)
    if isinstance(published, Refusal):
        return WriteResult(errors=user_errors(published, COURSE_NAMES))
    return WriteResult(published)


def item_of(given: ItemInput) -> Item:
    """The item of an input; the write command validates it."""
    return Item(
        key=given.key,
        type=given.type,
        title=given.title,
        weight=given.weight,
        move_on=given.move_on,
        mastery_score=given.mastery_score,
        completion_threshold=1.0 if given.completion_threshold is None else given.completion_threshold,
        complete_on_view=bool(given.complete_on_view),
        estimated_duration=duration_of(given.estimated_duration_seconds),
        prerequisites=tuple(given.prerequisites or ()),
        launch_url=given.launch_url or None,
        self_reported=bool(given.self_reported),
    )


def duration_of(seconds: float | None) -> timedelta | None:
    """A duration in whole milliseconds. A number that no timedelta can hold becomes the longest timedelta, which the
    write command refuses."""
    if seconds is None:
        return None
    try:
        return timedelta(milliseconds=round(seconds * 1000))
    except (ValueError, OverflowError):
        return timedelta.max
