"""Root fields of reading: who may ask, and what is looked up."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from resolvers import permissions
from resolvers.context import Info
from resolvers.data.access_paths import COURSE_PAGE, LATEST, PROFILE_PAGE, EnrollmentsArgs, PageArgs
from resolvers.data.derived_paths import ENROLLMENTS_OF_COURSE
from resolvers.data.visible_paths import VISIBLE_ENROLLMENTS, VISIBLE_LEARNERS
from resolvers.errors import bad_input, forbidden
from resolvers.health import StoreState
from resolvers.types import enrollment_connection as enrollment_pages
from resolvers.types.connection import MOST, Connection, checked_first, connection
from resolvers.types.course import Course
from resolvers.types.enrollment import Enrollment
from resolvers.types.enrollment_connection import EnrollmentConnection, States
from resolvers.types.learner import Learner
from resolvers.types.node import Node, key_of, parse_id
from resolvers.types.store_field import Lookup, RootStoreField, root_store_field
from resolvers.viewer import Viewer
from stores.domain.profiles import ProfileFilter

strawberry.enum(StoreState, description="DEGRADED: slow, or failed within the last half minute.")


@strawberry.type(description="How a store is just now.")
class StoreHealth:
    store: str = strawberry.field(description="The port's name, as in errors and traces.")
    backend: str = strawberry.field(description="What it is kept in.")
    state: StoreState = strawberry.field(description="Whether it answers.")
    latency_ms: float | None = strawberry.field(description="How long a ping took; null when it failed.")
    last_error_at: datetime | None = strawberry.field(description="When a call last failed in this process.")
    backlog: int | None = strawberry.field(
        description="How many commits it has not been brought yet; null where it follows none, or if that is not known."
    )
    lag_seconds: float | None = strawberry.field(description="How long the oldest of them waits; null as `backlog`.")


@strawberry.input(description="All given parts must hold.")
class LearnerFilter:
    ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Only these learners (global ids).")
    name_starts_with: str | None = strawberry.field(
        default=None, description="Display name begins so; case is ignored."
    )
    email: str | None = strawberry.field(default=None, description="This e-mail; case is ignored.")

    def where(self) -> ProfileFilter:
        if self.ids is not None and len(self.ids) > MOST:
            raise bad_input(f"at most {MOST} ids")
        ids = None if self.ids is None else tuple(key_of("Learner", value) for value in self.ids)
        return ProfileFilter(ids=ids, name_starts_with=self.name_starts_with, email=self.email)


def seen_or_forbidden(viewer: Viewer, found: Any, lookup: Lookup) -> Any:
    """To an ADMIN what is unknown is null; to all others it looks the same as what they may not see."""
    if found is None and not permissions.is_admin(viewer):
        raise forbidden()
    return found


def ask_learner(viewer: Viewer, *, id: strawberry.ID) -> Lookup:
    return Lookup(VISIBLE_LEARNERS, key_of("Learner", id))


def ask_learners(
    viewer: Viewer, *, filter: LearnerFilter | None = None, first: int | None = 20, after: str | None = None
) -> Lookup:
    if not permissions.is_admin(viewer):
        raise forbidden()
    where = ProfileFilter() if filter is None else filter.where()
    return Lookup(PROFILE_PAGE, where, PageArgs(after, checked_first(first, default=20)))


def ask_course(viewer: Viewer, *, key: str) -> Lookup:
    return Lookup(LATEST, key)


def ask_courses(viewer: Viewer, *, first: int | None = 20, after: str | None = None) -> Lookup:
    return Lookup(COURSE_PAGE, "all", PageArgs(after, checked_first(first, default=20)))


def ask_enrollment(viewer: Viewer, *, registration: UUID) -> Lookup:
    return Lookup(VISIBLE_ENROLLMENTS, registration)


def ask_enrollments(
    viewer: Viewer, *, course: str, state: States = None, first: int | None = 50, after: str | None = None
) -> Lookup:
    if not permissions.may_read_course_records(viewer, course):
        raise forbidden()
    args = EnrollmentsArgs(enrollment_pages.frozen(state), None, after, checked_first(first, default=50))
    return Lookup(ENROLLMENTS_OF_COURSE, course, args)


def ask_node(viewer: Viewer, *, id: strawberry.ID) -> Lookup:
    kind, key = parse_id(id)
    match kind:
        case "Learner":
            return Lookup(VISIBLE_LEARNERS, key)
        case "Course":
            return Lookup(LATEST, key)
        case "Enrollment":
            try:
                return Lookup(VISIBLE_ENROLLMENTS, UUID(key))
            except ValueError:
                raise bad_input("not a global id") from None
    raise bad_input("not the id of anything here")


NODE = RootStoreField(ask=ask_node, then=seen_or_forbidden)


@strawberry.type(description="Reading.")
class Query:
    me = root_store_field(
        ask=lambda viewer: Lookup(VISIBLE_LEARNERS, viewer.subject),
        returns=Learner,
        description="The viewer's own profile; null for a viewer who is no learner.",
    )
    learner = root_store_field(
        ask=ask_learner, then=seen_or_forbidden, returns=Learner, description="One learner, by global id."
    )
    learners = root_store_field(
        ask=ask_learners,
        then=lambda viewer, found, lookup: connection(found, after=lookup.args.after),
        returns=Connection[Learner],
        description="All learners by learnerId. For an ADMIN.",
    )
    course = root_store_field(ask=ask_course, returns=Course, description="The newest version of a course, by key.")
    courses = root_store_field(
        ask=ask_courses,
        then=lambda viewer, found, lookup: connection(found, after=lookup.args.after),
        returns=Connection[Course],
        description="All courses by key.",
    )
    enrollment = root_store_field(
        ask=ask_enrollment, then=seen_or_forbidden, returns=Enrollment, description="One enrolment, by registration."
    )
    enrollments = root_store_field(
        ask=ask_enrollments,
        then=lambda viewer, found, lookup: enrollment_pages.page_of_course(lookup.key, found, lookup.args),
        returns=EnrollmentConnection,
        description="A course's enrolments, by registration. For its instructors.",
    )
    node = root_store_field(ask=ask_node, then=seen_or_forbidden, returns=Node, description="Anything, by global id.")

    @strawberry.field(description="Many things by global id, at most 100, in order; each null has its own error.")
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        if len(ids) > MOST:
            raise bad_input(f"at most {MOST} ids")
        fetches = (NODE.fetch(info.context, None, {"id": value}) for value in ids)
        found: list[Any] = await asyncio.gather(*fetches, return_exceptions=True)
        return found

    @strawberry.field(description="How each store is. Never an error.")
    async def store_health(self, info: Info) -> list[StoreHealth]:
        found: list[Any] = list(await info.context.peer.health.check_with_backlog())
        return found
