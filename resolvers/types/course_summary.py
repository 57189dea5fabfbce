"""CourseSummary: the numbers of a course."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, NamedTuple

import strawberry

from resolvers.data.course_number_paths import COMPLETIONS, CourseSummaryArgs
from resolvers.data.references import CourseRef
from resolvers.types.activity import ASSUMED_WINDOWS, RangeOf, WindowOf, count_windows, windows_of
from resolvers.types.cost_directives import ListSize
from resolvers.types.store_field import store_field
from resolvers.types.time_zones import given_zone
from stores.domain import calendar, course_summary
from stores.domain.calendar import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonedSummary(course_summary.CourseSummary):
    """A summary, and the time zone of its completions."""

    zone: str


class CompletionCount(NamedTuple):
    """How many enrolments were completed in a window."""

    start: datetime
    end: datetime
    completed: int


@strawberry.type(description="The enrolments that were completed in one window of local time.")
class CompletionBucket:
    """A view of `CompletionCount`."""

    start: datetime = strawberry.field(description="The window's first moment.")
    end: datetime = strawberry.field(description="The first moment after the window.")
    completed: int = strawberry.field(description="The number of COMPLETED enrolments that were completed then.")


@strawberry.type(description="The numbers of one item, over the ACTIVE and COMPLETED enrolments.")
class ItemSummary:
    """A view of `course_summary.ItemSummary`."""

    item_key: str = strawberry.field(description="The item's key.")
    started: int = strawberry.field(
        description="Learners who viewed, began or completed the item. A waiver alone does not count."
    )
    satisfied: int = strawberry.field(
        description="Learners who satisfied the item, waived ones included. An optional item (NOT_APPLICABLE) is "
        "satisfied by its first event."
    )
    failed: int = strawberry.field(description="Learners for whom the item's state is FAILED.")
    average_score: float | None = strawberry.field(description="The mean of the best scores; null without any.")
    stopped_here: int = strawberry.field(
        description="Learners whose last activity was in this item and is older than 14 days."
    )


def completions_args(zone: str, *, range: RangeOf, window: WindowOf) -> tuple[Span, ...]:
    """The windows of `CourseSummary.completions`."""
    return windows_of(window, range.span(), zone, grain=calendar.QUARTER)


def completion_counts(
    parent: ZonedSummary, found: Sequence[int] | None, windows: tuple[Span, ...]
) -> list[CompletionCount]:
    """Each window with its count."""
    counts = found or [0] * len(windows)
    return [CompletionCount(*window, completed) for window, completed in zip(windows, counts, strict=True)]


@strawberry.type(
    description="The numbers of a course at the time of the query. Averages and bins are over the ACTIVE and COMPLETED "
    "enrolments."
)
class CourseSummary:
    """A view of `ZonedSummary`."""

    enrolled: int = strawberry.field(description="All enrolments: ACTIVE, COMPLETED and WITHDRAWN ones.")
    active: int = strawberry.field(description="The number of ACTIVE enrolments.")
    completed: int = strawberry.field(description="The number of COMPLETED enrolments.")
    withdrawn: int = strawberry.field(description="The number of WITHDRAWN enrolments.")
    average_completion: float | None = strawberry.field(description="The mean completion, 0…1; null without any.")
    average_score: float | None = strawberry.field(
        description="The mean of the course scores, 0…1, over the enrolments that have one; null without any."
    )
    distribution: list[int] = strawberry.field(
        description="The number of enrolments in each of ten bins of completion: [0, 0.1), [0.1, 0.2) … [0.9, 1]."
    )
    completions = store_field(
        COMPLETIONS,
        key="course_key",
        returns=list[CompletionBucket],
        args=completions_args,
        scope=lambda viewer, summary: summary.zone,
        view=completion_counts,
        weight=5,
        size=ASSUMED_WINDOWS,
        count=count_windows,
        description="The completions over time, for every window of the summary's time zone that overlaps the range. "
        "The edges of windows lie on quarters of an hour, as in `Course.activity`. Withdrawn enrolments do not count.",
    )
    items: list[ItemSummary] | None = strawberry.field(
        description="The items that any of the enrolments has progress in, in the order of their keys.",
        directives=[ListSize(assumed_size=100)],
    )


def summary_args(
    selected: frozenset[str],
    *,
    time_zone: Annotated[
        str | None, strawberry.argument(description="IANA time zone of the completions; UTC if null.")
    ] = "UTC",
) -> CourseSummaryArgs:
    """The arguments of `Course.summary`. Items are counted if the operation selects them: that costs more."""
    zone = "UTC" if time_zone is None else time_zone
    given_zone(zone)
    return CourseSummaryArgs("items" in selected, zone)


def zoned_summary(
    parent: CourseRef, found: course_summary.CourseSummary | None, args: CourseSummaryArgs
) -> ZonedSummary | None:
    """The summary with its time zone."""
    if found is None:
        return None
    return ZonedSummary(**{each.name: getattr(found, each.name) for each in fields(found)}, zone=args.zone)
