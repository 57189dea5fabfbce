"""Interaction: a view of an event, and the pages of a learner's timeline."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from resolvers import permissions
from resolvers.data.access_paths import LATEST, TimelineArgs
from resolvers.data.course_version_paths import ITEMS
from resolvers.types.activity import TimeRange
from resolvers.types.connection import PageRows, checked_first, connection
from resolvers.types.course import Course, CourseItem
from resolvers.types.enums import Verb
from resolvers.types.store_field import store_field
from resolvers.viewer import Viewer
from stores.domain.events import Event
from stores.domain.profiles import Profile


@strawberry.type(description="One thing a learner did (an xAPI statement).")
class Interaction:
    id: UUID = strawberry.field(description="The statement's id.")
    registration: UUID | None = strawberry.field(description="The enrolment it belongs to.")
    verb: Verb = strawberry.field(description="What was done.")
    verb_iri: str = strawberry.field(description="The verb's IRI.")
    item_key: str | None = strawberry.field(description="The item it was done to.")
    at: datetime = strawberry.field(description="When.")
    position: float | None = strawberry.field(description="Where in the item, in its own unit (a video's: seconds).")
    score: float | None = strawberry.field(description="0…1.")
    success: bool | None = strawberry.field(description="Whether it succeeded, if that was said.")
    progress: float | None = strawberry.field(description="How much of the item was done, 0…1.")
    session_id: strawberry.ID | None = strawberry.field(description="The session it happened in.")

    item = store_field(
        ITEMS, key=("registration", "item_key"), returns=CourseItem, description="The item, in the enrolment's version."
    )
    course = store_field(LATEST, key="course_key", returns=Course, description="The course, in its newest version.")

    @strawberry.field(description="How long it took.")
    def duration_seconds(parent: strawberry.Parent[Event]) -> float | None:
        return None if parent.duration_ms is None else parent.duration_ms / 1000

    @strawberry.field(description="What else was said (xAPI extensions).")
    def extensions(parent: strawberry.Parent[Event]) -> JSON:
        extensions: Mapping[str, Any] = parent.extensions
        return JSON(extensions)


def timeline_args(
    viewer: Viewer,
    parent: Profile,
    *,
    range: Annotated[TimeRange | None, strawberry.argument(description="Only this time.")] = None,
    verbs: Annotated[list[Verb] | None, strawberry.argument(description="Only these verbs.")] = None,
    course: Annotated[str | None, strawberry.argument(description="Only this course's.")] = None,
    first: int | None = 50,
    after: str | None = None,
) -> TimelineArgs:
    return TimelineArgs(
        span=None if range is None else range.span(),
        verbs=None if verbs is None else frozenset(verbs),
        courses=permissions.narrowed(viewer, parent.learner_id, course),
        after=after,
        first=checked_first(first, default=50),
    )


def timeline_page(parent: Profile, found: Any, args: TimelineArgs) -> PageRows:
    return connection(found, after=args.after)
