"""How much went on: buckets of local time, of a learner or of a course."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import strawberry

from resolvers import permissions
from resolvers.data.access_paths import LearnerActivityArgs
from resolvers.data.derived_paths import CourseActivityArgs
from resolvers.errors import bad_input
from resolvers.types.enums import Window
from resolvers.viewer import Viewer
from stores.domain import calendar, timeline
from stores.domain.calendar import Span
from stores.domain.profiles import Profile

MOST_WINDOWS = 1000
YEARS = (2000, 2100)


@strawberry.input(description="Half-open: from ≤ t < to.")
class TimeRange:
    start: datetime = strawberry.field(name="from", description="The first moment that counts.")
    end: datetime = strawberry.field(name="to", description="The first moment that no longer counts.")

    def span(self) -> Span:
        if not (YEARS[0] <= self.start.year < YEARS[1] and YEARS[0] <= self.end.year < YEARS[1]):
            raise bad_input(f"a range lies between the years {YEARS[0]} and {YEARS[1]}")
        if self.start > self.end:
            raise bad_input("a range ends after it starts")
        return Span(self.start, self.end)


@strawberry.type(description="What went on in one window of local time. Windows are whole: the range picks them.")
class ActivityBucket:
    start: datetime = strawberry.field(description="The window's first moment.")
    end: datetime = strawberry.field(description="The first moment after the window.")
    events: int = strawberry.field(description="How many events.")
    learners: int | None = strawberry.field(
        description="How many different learners; null for windows longer than a day. A learner's own activity has 1."
    )

    @strawberry.field(description="Sum of the events' durations.")
    def active_seconds(parent: strawberry.Parent[timeline.Activity]) -> float:
        return parent.active_ms / 1000


def windows_of(window: Window, span: Span, zone: str) -> tuple[Span, ...]:
    try:
        return calendar.spans(window, span, calendar.zone_named(zone), most=MOST_WINDOWS)
    except ValueError as error:
        raise bad_input(str(error)) from None


def learner_activity_args(
    viewer: Viewer,
    parent: Profile,
    *,
    window: Window,
    range: TimeRange,
    course: Annotated[str | None, strawberry.argument(description="Only this course's.")] = None,
) -> LearnerActivityArgs:
    span = range.span()
    windows_of(window, span, parent.time_zone)  # too many windows are refused before anything is fetched
    return LearnerActivityArgs(window, span, permissions.narrowed(viewer, parent.learner_id, course))


def buckets_of_learner(parent: Profile, found: Any, args: LearnerActivityArgs) -> list[timeline.Activity]:
    windows = windows_of(args.window, args.span, parent.time_zone)
    buckets = timeline.sum_into_windows(found or (), windows, learners=None)
    return [replace(bucket, learners=min(bucket.events, 1)) for bucket in buckets]


def course_activity_args(
    viewer: Viewer,
    parent: Any,
    *,
    window: Window,
    range: TimeRange,
    time_zone: Annotated[str | None, strawberry.argument(description="IANA name: whose days these are.")] = "UTC",
) -> CourseActivityArgs:
    windows = windows_of(window, range.span(), time_zone or "UTC")
    return CourseActivityArgs(windows, count_learners=window is not Window.WEEK)
