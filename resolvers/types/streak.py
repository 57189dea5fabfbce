"""Streak: a learner's runs of consecutive days with activity."""

from datetime import date
from typing import Annotated

import strawberry

from resolvers import permissions
from resolvers.data.references import LearnerRef
from resolvers.data.streak_paths import ActiveQuarters, StreakArgs
from resolvers.permissions import VisibleCourses
from resolvers.types.time_zones import given_zone, profile_zone
from stores.domain import streak


@strawberry.type(
    description="Runs of consecutive days of local time with activity. Every event counts, except REGISTERED, "
    "UNREGISTERED, VOIDED and voided ones."
)
class Streak:
    """A view of `streak.Streak`."""

    current: int = strawberry.field(description="The days of the run that ends today or yesterday; 0 without one.")
    longest: int = strawberry.field(description="The days of the longest run.")
    last_active_on: date | None = strawberry.field(description="The last day with activity; null without any.")


def streak_args(
    visible: VisibleCourses,
    *,
    course: Annotated[str | None, strawberry.argument(description="Only the activity in this course.")] = None,
    time_zone: Annotated[
        str | None, strawberry.argument(description="IANA time zone of the days; the learner's own if null.")
    ] = None,
) -> StreakArgs:
    """The arguments of `Learner.streak`."""
    if time_zone is not None:
        given_zone(time_zone)
    return StreakArgs(permissions.narrowed_courses(visible, course), time_zone)


def streak_view(parent: LearnerRef, found: ActiveQuarters | None, args: StreakArgs) -> streak.Streak | None:
    """The learner's streak; None without a time zone."""
    if found is None:
        return None
    zone = profile_zone(found.zone) if args.zone is None else given_zone(found.zone)
    return streak.streak_of(found.quarters, zone, now=found.now)
