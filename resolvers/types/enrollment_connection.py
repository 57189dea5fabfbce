"""Connections of enrolments: those of a learner and those of a course."""

from typing import Annotated, Any

import strawberry

from resolvers import permissions
from resolvers.data.access_paths import CountArgs, EnrollmentsArgs
from resolvers.data.course_enrollment_paths import CourseEnrollmentsArgs
from resolvers.data.derived_paths import ENROLLMENT_COUNTS
from resolvers.data.references import LearnerRef
from resolvers.permissions import VisibleCourses
from resolvers.types.connection import After, Edge, First, PageInfo, PageRows, checked_first, connection
from resolvers.types.enrollment_order import Filter, OrderBy
from resolvers.types.enums import EnrollmentState
from resolvers.types.lazy import ENROLLMENT
from resolvers.types.store_field import store_field

States = Annotated[
    list[EnrollmentState] | None, strawberry.argument(description="Only the enrolments in these states.")
]


@strawberry.type(description="One page of enrolments (Relay).")
class EnrollmentConnection:
    """A view of `PageRows`, with the number of all rows."""

    edges: list[Edge[Any]] = strawberry.field(
        description="The rows of this page, in order.", graphql_type=list[Edge[ENROLLMENT]]
    )
    page_info: PageInfo = strawberry.field(description="The position of this page in its list.")
    total_count = store_field(
        ENROLLMENT_COUNTS,
        key="counted",
        returns=int,
        description="The number of enrolments on all pages. It costs a store call only if it is requested. With a "
        "`filter`, its time grows with the number of enrolments that satisfy it.",
    )


def learner_args(
    visible: VisibleCourses, *, state: States = None, first: First = 20, after: After = None
) -> EnrollmentsArgs:
    """The arguments of `Learner.enrollments`, narrowed to the courses that the viewer may see."""
    return EnrollmentsArgs(_frozen(state), visible, after, checked_first(first, default=20))


def one_course_args(
    visible: VisibleCourses,
    *,
    course: Annotated[str, strawberry.argument(description="The course's key, compared exactly.")],
) -> EnrollmentsArgs:
    """The arguments of `Learner.enrollment`. FORBIDDEN if the viewer may not see the learner in this course."""
    return EnrollmentsArgs(None, permissions.narrowed_courses(visible, course), None, 1)


def course_args(
    *,
    state: States = None,
    filter: Filter = None,
    order_by: OrderBy = None,
    first: First = 50,
    after: After = None,
) -> CourseEnrollmentsArgs:
    """The path's arguments for a page of a course's enrolments."""
    return CourseEnrollmentsArgs(
        states=_frozen(state),
        where=None if filter is None else filter.where(),
        order=None if order_by is None else order_by.order(),
        after=after,
        first=checked_first(first, default=50),
    )


def page_of_learner(parent: LearnerRef, found: Any, args: EnrollmentsArgs) -> PageRows:
    """The view of a page of a learner's enrolments."""
    counted = CountArgs(parent.learner_id, None, args.states, args.courses)
    return connection(found, after=args.after, counted=counted)


def page_of_course(course_key: str, found: Any, args: CourseEnrollmentsArgs) -> PageRows:
    """The view of a page of a course's enrolments."""
    counted = CountArgs(None, course_key, args.states, where=args.where)
    return connection(found, after=args.after, counted=counted)


def _frozen(states: list[EnrollmentState] | None) -> frozenset[EnrollmentState] | None:
    return None if states is None else frozenset(states)
