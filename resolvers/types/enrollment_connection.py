"""Connections of enrolments: of a learner, of a course."""

from typing import Annotated, Any

import strawberry

from resolvers import permissions
from resolvers.data.access_paths import CountArgs, EnrollmentsArgs
from resolvers.data.derived_paths import ENROLLMENT_COUNTS
from resolvers.types.connection import Edge, PageInfo, PageRows, checked_first, connection
from resolvers.types.enums import EnrollmentState
from resolvers.types.lazy import ENROLLMENT
from resolvers.types.store_field import store_field
from resolvers.viewer import Viewer
from stores.domain.catalog import Course
from stores.domain.profiles import Profile

States = Annotated[list[EnrollmentState] | None, strawberry.argument(description="Only those in these states.")]


@strawberry.type(description="A page of enrolments (Relay).")
class EnrollmentConnection:
    edges: list[Edge[Any]] = strawberry.field(
        description="The page's rows in order.", graphql_type=list[Edge[ENROLLMENT]]
    )
    page_info: PageInfo = strawberry.field(description="Whether there is more.")
    total_count = store_field(
        ENROLLMENT_COUNTS, key="counted", returns=int, description="How many there are in all; counted when asked for."
    )


def frozen(states: list[EnrollmentState] | None) -> frozenset[EnrollmentState] | None:
    return None if states is None else frozenset(states)


def learner_args(
    viewer: Viewer, parent: Profile, *, state: States = None, first: int | None = 20, after: str | None = None
) -> EnrollmentsArgs:
    courses = permissions.visible_courses(viewer, parent.learner_id)
    return EnrollmentsArgs(frozen(state), courses, after, checked_first(first, default=20))


def course_args(
    viewer: Viewer, parent: Course, *, state: States = None, first: int | None = 50, after: str | None = None
) -> EnrollmentsArgs:
    return EnrollmentsArgs(frozen(state), None, after, checked_first(first, default=50))


def page_of_learner(parent: Profile, found: Any, args: EnrollmentsArgs) -> PageRows:
    counted = CountArgs(parent.learner_id, None, args.states, args.courses)
    return connection(found, after=args.after, counted=counted)


def page_of_course(course_key: str, found: Any, args: EnrollmentsArgs) -> PageRows:
    return connection(found, after=args.after, counted=CountArgs(None, course_key, args.states, None))
