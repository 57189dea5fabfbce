"""ActivityBucket: how much a learner does, or all learners of a course, in windows of local time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

import strawberry

from resolvers import permissions
from resolvers.data.access_paths import CourseActivityArgs, LearnerActivityArgs
from resolvers.errors import RequestError, bad_input
from resolvers.types.enums import Window
from resolvers.viewer import Viewer
from stores.domain import calendar
from stores.domain.activity import ActivityCount, ActivityWindow, sum_into_windows
from stores.domain.calendar import Span
from stores.domain.catalog import Course
from stores.domain.profiles import Profile

MOST_WINDOWS = 1000
"""The most windows of one field."""
YEARS = (2000, 2100)
"""A range lies between the starts of these years."""


@strawberry.input(description="A half-open range of time: from ≤ t < to.")
class TimeRange:
    """The GraphQL input of a range; `span` is its checked form."""

    start: datetime = strawberry.field(name="from", description="The first moment of the range.")
    end: datetime = strawberry.field(name="to", description="The first moment after the range.")

    def span(self) -> Span:
        """The range as a `Span`. BAD_USER_INPUT if it ends before it starts or leaves `YEARS`."""
        if not (YEARS[0] <= self.start.year < YEARS[1] and YEARS[0] <= self.end.year < YEARS[1]):
            raise bad_input(f"range must lie between the years {YEARS[0]} and {YEARS[1]}")
        if self.start > self.end:
            raise bad_input("range must not end before it starts")
        return Span(self.start, self.end)


@strawberry.type(
    description="The activity in one window of local time. Windows are never cut: every window that overlaps the range "
    "is counted as a whole."
)
class ActivityBucket:
    """A view of `ActivityWindow`."""

    start: datetime = strawberry.field(description="The window's first moment.")
    end: datetime = strawberry.field(description="The first moment after the window.")
    events: int = strawberry.field(description="The number of events.")
    learners: int | None = strawberry.field(
        description="The number of different learners, for windows of every length. For one learner's activity it is "
        "0 or 1."
    )

    @strawberry.field(
        description="The sum of the durations that the events report, in seconds. Totals of a session are added like "
        "any other duration."
    )
    def active_seconds(parent: strawberry.Parent[ActivityWindow]) -> float:
        return parent.active_ms / 1000


def windows_of(window: Window, span: Span, zone: str, *, grain: timedelta) -> tuple[Span, ...]:
    """All windows of a time zone that overlap a span, with edges that are multiples of `grain`. BAD_USER_INPUT for more
    than `MOST_WINDOWS` or no such zone."""
    try:
        return calendar.spans(window, span, calendar.zone_named(zone), most=MOST_WINDOWS, grain=grain)
    except ValueError as error:
        raise bad_input(str(error)) from None


def windows_of_learner(profile: Profile, window: Window, span: Span) -> tuple[Span, ...]:
    """`windows_of` in the learner's time zone; INVALID_TIME_ZONE if the stored one is no longer accepted."""
    try:
        calendar.zone_named(profile.time_zone)
    except ValueError:
        raise RequestError(
            "INVALID_TIME_ZONE", "the profile's timeZone is not an IANA time zone: update the learner's timeZone"
        ) from None
    return windows_of(window, span, profile.time_zone, grain=calendar.MINUTE)


def learner_activity_args(
    viewer: Viewer,
    parent: Profile,
    *,
    window: Window,
    range: TimeRange,
    course: Annotated[str | None, strawberry.argument(description="Only the activity in this course.")] = None,
) -> LearnerActivityArgs:
    """The arguments of `Learner.activity`. Too many windows are refused before the store is called."""
    span = range.span()
    grain = calendar.grain_of(windows_of_learner(parent, window, span))
    return LearnerActivityArgs(window, span, grain, permissions.narrowed_courses(viewer, parent.learner_id, course))


def learner_buckets(
    parent: Profile, found: Sequence[ActivityCount] | None, args: LearnerActivityArgs
) -> list[ActivityWindow]:
    """The learner's activity in short intervals, summed up in windows of their own time zone."""
    buckets = sum_into_windows(found or (), windows_of_learner(parent, args.window, args.span))
    return [replace(bucket, learners=min(bucket.events, 1)) for bucket in buckets]


def course_activity_args(
    viewer: Viewer,
    parent: Course,
    selected: frozenset[str],
    *,
    window: Window,
    range: TimeRange,
    time_zone: Annotated[
        str | None, strawberry.argument(description="IANA time zone of the windows; UTC if null.")
    ] = "UTC",
) -> CourseActivityArgs:
    """The arguments of `Course.activity`. Learners are counted if the operation selects them: that costs more."""
    permissions.require_course_records(viewer, parent.key)
    windows = windows_of(window, range.span(), "UTC" if time_zone is None else time_zone, grain=calendar.QUARTER)
    return CourseActivityArgs(windows, learners="learners" in selected)
