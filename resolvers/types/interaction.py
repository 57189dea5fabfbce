"""Interaction: a view of an event, and the pages of a learner's timeline."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from resolvers import permissions
from resolvers.data.access_paths import TimelineArgs
from resolvers.data.course_version_paths import ITEMS
from resolvers.data.references import LearnerRef, newest_course
from resolvers.permissions import VisibleCourses
from resolvers.types.activity import TimeRange
from resolvers.types.connection import After, First, PageRows, checked_first, connection
from resolvers.types.course import Course, CourseItem
from resolvers.types.enums import Verb
from resolvers.types.store_field import store_field
from stores.domain.events import Event


@strawberry.type(description="One event: something that a learner did (an xAPI statement).")
class Interaction:
    """A view of `Event`."""

    id: UUID = strawberry.field(description="The id of the event (xAPI statement id).")
    registration: UUID | None = strawberry.field(description="The enrolment that the event belongs to.")
    verb: Verb = strawberry.field(description="The kind of the event.")
    verb_iri: str = strawberry.field(description="The IRI of the xAPI verb.")
    item_key: str | None = strawberry.field(description="The key of the item that the event is about.")
    at: datetime = strawberry.field(description="When it happened.")
    position: float | None = strawberry.field(
        description="The position in the item, in the item's own unit (seconds of a video)."
    )
    score: float | None = strawberry.field(description="The score, 0…1.")
    success: bool | None = strawberry.field(description="Whether the learner succeeded; null if not stated.")
    progress: float | None = strawberry.field(description="The share of the item that was done, 0…1.")
    session_id: strawberry.ID | None = strawberry.field(description="The id of the session in which it happened.")

    item = store_field(
        ITEMS,
        key=("registration", "item_key"),
        returns=CourseItem,
        description="The item, in the version that the enrolment is pinned to.",
    )

    @strawberry.field(description="The course, in its newest version.", graphql_type=Course | None)
    def course(parent: strawberry.Parent[Event]) -> Any:
        return newest_course(parent.course_key)

    @strawberry.field(description="The duration that the event reports, in seconds.")
    def duration_seconds(parent: strawberry.Parent[Event]) -> float | None:
        return None if parent.duration_ms is None else parent.duration_ms / 1000

    @strawberry.field(description="Further data of the event (xAPI extensions).")
    def extensions(parent: strawberry.Parent[Event]) -> JSON:
        extensions: Mapping[str, Any] = parent.extensions
        return JSON(extensions)


READS: Mapping[str, tuple[str, ...]] = {
    "id": ("id",),
    "registration": ("registration",),
    "verb": ("verb",),
    "verbIri": ("verb_iri",),
    "itemKey": ("item_key",),
    "at": ("at",),
    "position": ("position",),
    "score": ("score",),
    "success": ("success",),
    "progress": ("progress",),
    "sessionId": ("session_id",),
    "item": ("registration", "item_key"),
    "course": ("course_key",),
    "durationSeconds": ("duration_ms",),
    "extensions": ("extensions",),
}
"""The attributes of an event that each field reads: the others are not read from the store."""


def timeline_args(
    visible: VisibleCourses,
    selected: frozenset[str],
    *,
    range: Annotated[TimeRange | None, strawberry.argument(description="Only the events in this range.")] = None,
    verbs: Annotated[list[Verb] | None, strawberry.argument(description="Only the events with these verbs.")] = None,
    course: Annotated[str | None, strawberry.argument(description="Only the events in this course.")] = None,
    first: First = 50,
    after: After = None,
) -> TimelineArgs:
    """The arguments of `Learner.timeline`, narrowed to the courses that the viewer may see. `selected`: fields of
    `Interaction`."""
    return TimelineArgs(
        span=None if range is None else range.span(),
        verbs=None if verbs is None else frozenset(verbs),
        courses=permissions.narrowed_courses(visible, course),
        after=after,
        first=checked_first(first, default=50),
        columns=frozenset(column for name in selected for column in READS.get(name, ())),
    )


def timeline_page(parent: LearnerRef, found: Any, args: TimelineArgs) -> PageRows:
    """The view of a page of a learner's events."""
    return connection(found, after=args.after)
