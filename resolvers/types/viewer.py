"""Viewer: who makes the request, and what their token permits."""

from typing import Any

import strawberry

from resolvers import viewer
from resolvers.data.references import CourseRef, LearnerRef
from resolvers.types.connection import After, Connection, First, PageRows, checked_first, connection
from resolvers.types.cost_directives import page_size
from resolvers.types.course import Course
from resolvers.types.described_enum import describe_enum
from resolvers.types.learner import Learner
from stores.domain.paging import COURSES, page_of

describe_enum(
    viewer.Role,
    "What a viewer may do.",
    {
        "LEARNER": "Read and write their own records.",
        "INSTRUCTOR": "Also the records of the courses that they teach.",
        "ADMIN": "Read and write all records.",
        "SERVICE": "What its scopes permit.",
    },
)


@strawberry.type(name="Viewer", description="Who makes the request: a user or a program, as the token states it.")
class Viewer:
    """A view of `resolvers.viewer.Viewer`. Its fields cost no store call."""

    subject: str = strawberry.field(description="A learner id, unless the role is SERVICE.")
    role: viewer.Role = strawberry.field(description="What the viewer may do.")

    @strawberry.field(description="What a SERVICE may do, such as `events:write`; sorted.")
    def scopes(parent: strawberry.Parent[viewer.Viewer]) -> list[str]:
        return sorted(parent.scopes)

    @strawberry.field(description="The keys of the courses that an INSTRUCTOR teaches; sorted.")
    def course_keys(parent: strawberry.Parent[viewer.Viewer]) -> list[str]:
        return sorted(parent.courses)

    @strawberry.field(
        description="The courses that an INSTRUCTOR teaches, by key.",
        graphql_type=Connection[Course] | None,
        directives=[page_size(20)],
    )
    def courses(parent: strawberry.Parent[viewer.Viewer], first: First = 20, after: After = None) -> Any:
        return courses_page(parent, checked_first(first, default=20), after)

    @strawberry.field(description="The viewer as a learner; null for a SERVICE.", graphql_type=Learner | None)
    def learner(parent: strawberry.Parent[viewer.Viewer]) -> Any:
        return own_learner(parent)


def own_learner(viewer_: viewer.Viewer) -> LearnerRef | None:
    """The learner that a viewer is; None for a SERVICE."""
    return None if viewer_.role is viewer.Role.SERVICE else LearnerRef(viewer_.subject)


def courses_page(viewer_: viewer.Viewer, first: int, after: str | None) -> PageRows:
    """A page of the courses in the viewer's token."""
    past = "" if after is None else COURSES.decode(after)[0]
    keys = [key for key in sorted(viewer_.courses) if key > past]
    page = page_of(map(CourseRef, keys), lambda course: COURSES.encode(course.key), first)
    return connection(page, after=after)
