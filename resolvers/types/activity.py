"""ActivityBucket: how much a learner does, or all learners of a course, in windows of local time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

import strawberry

from resolvers import permissions
from resolvers.data.access_paths import CourseActivityArgs
from resolvers.data.local_activity_paths import LocalActivity, LocalActivityArgs
from resolvers.data.references import LearnerRef
from resolvers.errors import bad_input
from resolvers.permissions import VisibleCourses
from resolvers.types.enums import Window
from resolvers.types.time_zones import given_zone, profile_zone
from stores.domain import calendar
from stores.domain.activity import ActivityWindow, sum_into_windows
from stores.domain.calendar import Span

MOST_WINDOWS = 1000
"""The most windows of one field."""
ASSUMED_WINDOWS = 100
"""How many windows the schema tells clients to count; the gateway counts those of the range."""
LENGTHS = {Window.HOUR: timedelta(hours=1), Window.DAY: timedelta(days=1), Window.WEEK: timedelta(weeks=1)}
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


def count_windows(arguments: Mapping[str, Any]) -> int:
    """About how many windows overlap a range, for the cost of a field: one more where a time zone shifts them. The
    field refuses more than `MOST_WINDOWS`."""
    start, end = arguments["range"]["from"], arguments["range"]["to"]
    windows: int = (end - start) // LENGTHS[Window(arguments["window"])] + 2
    return max(0, min(MOST_WINDOWS, windows))


WindowOf = Annotated[Window, strawberry.argument(description="The length of the windows.")]
RangeOf = Annotated[
    TimeRange,
    strawberry.argument(description=f"The windows that overlap this range are returned, at most {MOST_WINDOWS:,}."),
]


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
        return calendar.spans(window, span, given_zone(zone), most=MOST_WINDOWS, grain=grain)
    except ValueError as error:
        raise bad_input(str(error)) from None


def learner_activity_args(
    visible: VisibleCourses,
    *,
    window: WindowOf,
    range: RangeOf,
    course: Annotated[str | None, strawberry.argument(description="Only the activity in this course.")] = None,
    time_zone: Annotated[
        str | None, strawberry.argument(description="IANA time zone of the windows; the learner's own if null.")
    ] = None,
) -> LocalActivityArgs:
    """The arguments of `Learner.activity`. In a given zone, too many windows are refused before a store is called."""
    span = range.span()
    if time_zone is not None:
        windows_of(window, span, time_zone, grain=calendar.MINUTE)
    courses = permissions.narrowed_courses(visible, course)
    return LocalActivityArgs(window, span, time_zone, courses, MOST_WINDOWS)


def learner_buckets(
    parent: LearnerRef, found: LocalActivity | None, args: LocalActivityArgs
) -> list[ActivityWindow] | None:
    """The learner's activity, summed up in windows of local time; None without a time zone."""
    if found is None:
        return None
    if args.zone is None:
        profile_zone(found.zone)
    windows = windows_of(args.window, args.span, found.zone, grain=calendar.MINUTE)
    return [replace(each, learners=min(each.events, 1)) for each in sum_into_windows(found.counts, windows)]


def course_activity_args(
    selected: frozenset[str],
    *,
    window: WindowOf,
    range: RangeOf,
    time_zone: Annotated[
        str | None, strawberry.argument(description="IANA time zone of the windows; UTC if null.")
    ] = "UTC",
) -> CourseActivityArgs:
    """The arguments of `Course.activity`. Learners are counted if the operation selects them: that costs more."""
    windows = windows_of(window, range.span(), "UTC" if time_zone is None else time_zone, grain=calendar.QUARTER)
    return CourseActivityArgs(windows, learners="learners" in selected)
