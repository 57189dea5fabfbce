"""The root fields of queries: what each one looks up, and who may."""

from typing import Annotated, Any
from uuid import UUID

import strawberry
from graphql import GraphQLSchema

from resolvers import permissions
from resolvers.context import Info
from resolvers.data.course_enrollment_paths import COURSE_ENROLLMENTS
from resolvers.data.list_paths import COURSE_PAGE, PROFILE_PAGE, PageArgs
from resolvers.data.reference_paths import EXISTING_COURSES, EXISTING_LEARNERS
from resolvers.data.references import CourseRef, LearnerRef, course_of
from resolvers.data.visible_paths import VISIBLE_COURSE_PROGRESS, VISIBLE_ENROLLMENTS, VISIBLE_ITEM_PROGRESS
from resolvers.errors import bad_input, forbidden
from resolvers.policy.rules import About
from resolvers.types import enrollment_connection as enrollment_pages
from resolvers.types.certificate import CertificateFacts, lookup_certificate
from resolvers.types.connection import MOST, After, Connection, First, checked_first, connection
from resolvers.types.cost_directives import Cost, ListSize, sized_by
from resolvers.types.course import Course
from resolvers.types.course_filter import CourseFilter
from resolvers.types.enrollment import Enrollment
from resolvers.types.enrollment_connection import EnrollmentConnection, States
from resolvers.types.enrollment_order import Filter, OrderBy
from resolvers.types.learner import Learner
from resolvers.types.learner_filter import LearnerFilter
from resolvers.types.node import Node, key_of, parse_id
from resolvers.types.root_list_field import root_list_field
from resolvers.types.store_field import Lookup, RootStoreField, root_store_field
from resolvers.types.store_health import StoreHealth
from resolvers.types.viewer import Viewer as ViewerType
from resolvers.types.viewer import own_learner
from resolvers.viewer import Viewer
from stores.domain import catalog
from stores.domain.profiles import ProfileFilter

GlobalId = Annotated[strawberry.ID, strawberry.argument(description="The global id.")]
CourseKey = Annotated[str, strawberry.argument(description="The course's key, compared exactly.")]


def found_or_forbidden(viewer: Viewer, found: Any, lookup: Lookup) -> Any:
    """Return null to an ADMIN for an unknown key; FORBIDDEN to others, as for a record that they may not see."""
    if found is None and not permissions.is_admin(viewer):
        raise forbidden()
    return found


def lookup_learner(
    viewer: Viewer,
    *,
    id: Annotated[strawberry.ID | None, strawberry.argument(description="The global id.")] = None,
    learner_id: Annotated[str | None, strawberry.argument(description="The learner's key in the platform.")] = None,
) -> Lookup:
    """`Query.learner`. BAD_USER_INPUT unless exactly one of the two is given."""
    if (id is None) is (learner_id is None):
        raise bad_input("give either id or learnerId")
    return Lookup(EXISTING_LEARNERS, key_of("Learner", id) if id is not None else learner_id)


def lookup_learners(
    viewer: Viewer,
    *,
    filter: Annotated[LearnerFilter | None, strawberry.argument(description="Only learners who satisfy this.")] = None,
    first: First = 20,
    after: After = None,
) -> Lookup:
    """`Query.learners`."""
    where = ProfileFilter() if filter is None else filter.where()
    return Lookup(PROFILE_PAGE, where, PageArgs(after, checked_first(first, default=20)))


def lookup_course(viewer: Viewer, *, key: CourseKey) -> Lookup:
    """`Query.course`."""
    return Lookup(EXISTING_COURSES, CourseRef(key))


def lookup_courses(
    viewer: Viewer,
    *,
    filter: Annotated[CourseFilter | None, strawberry.argument(description="Only courses that satisfy this.")] = None,
    first: First = 20,
    after: After = None,
) -> Lookup:
    """`Query.courses`."""
    where = catalog.CourseFilter() if filter is None else filter.where()
    return Lookup(COURSE_PAGE, where, PageArgs(after, checked_first(first, default=20)))


def lookup_enrollment(
    viewer: Viewer,
    *,
    registration: Annotated[
        UUID, strawberry.argument(description="The key of the enrolment, `Enrollment.registration`.")
    ],
) -> Lookup:
    """`Query.enrollment`."""
    return Lookup(VISIBLE_ENROLLMENTS, registration)


def lookup_enrollments(
    viewer: Viewer,
    *,
    course: CourseKey,
    state: States = None,
    filter: Filter = None,
    order_by: OrderBy = None,
    first: First = 50,
    after: After = None,
) -> Lookup:
    """`Query.enrollments`."""
    args = enrollment_pages.course_args(state=state, filter=filter, order_by=order_by, first=first, after=after)
    return Lookup(COURSE_ENROLLMENTS, course, args, About(course_key=course))


def lookup_node(viewer: Viewer, *, id: GlobalId) -> Lookup:
    """`Query.node`, and each id of `Query.nodes`."""
    kind, key = parse_id(id)
    match kind:
        case "Learner":
            return Lookup(EXISTING_LEARNERS, key)
        case "Course":
            return Lookup(EXISTING_COURSES, course_of(key))
        case "Enrollment":
            return Lookup(VISIBLE_ENROLLMENTS, registration_of(key))
        case "CourseProgress":
            return Lookup(VISIBLE_COURSE_PROGRESS, registration_of(key))
        case "ItemProgress":
            registration, _, item_key = key.partition("/")
            return Lookup(VISIBLE_ITEM_PROGRESS, (registration_of(registration), item_key))
    raise bad_input("not the global id of a Node")


def registration_of(text: str) -> UUID:
    """The registration in a global id. BAD_USER_INPUT if it is not one."""
    try:
        return UUID(text)
    except ValueError:
        raise bad_input("not a global id") from None


def each_id(
    schema: GraphQLSchema,
    *,
    ids: Annotated[list[strawberry.ID], strawberry.argument(description="The global ids.")],
) -> list[dict[str, Any]]:
    """The elements of `Query.nodes`."""
    if len(ids) > MOST:
        raise bad_input(f"at most {MOST} ids")
    return [{"id": each} for each in ids]


NODE = RootStoreField(lookup=lookup_node, view=found_or_forbidden)


@strawberry.type(description="The queries.")
class Query:
    """The root fields of queries."""

    @strawberry.field(
        description="The viewer as a learner; null for a SERVICE. The profile is null if the viewer has none.",
        graphql_type=Learner | None,
    )
    def me(self, info: Info) -> Any:
        return own_learner(info.context.viewer)

    @strawberry.field(description="Who makes the request, and what the token permits.", graphql_type=ViewerType)
    def viewer(self, info: Info) -> Any:
        return info.context.viewer

    learner = root_store_field(
        lookup=lookup_learner,
        view=found_or_forbidden,
        returns=Learner,
        description="The learner with this global id or this learnerId: exactly one of the two is given.",
    )
    learners = root_store_field(
        lookup=lookup_learners,
        view=lambda viewer, found, lookup: connection(
            found, after=lookup.args.after, node=lambda row: LearnerRef(row.learner_id)
        ),
        returns=Connection[Learner],
        description="All learners, by learnerId. For an ADMIN.",
    )
    course = root_store_field(
        lookup=lookup_course, returns=Course, description="The newest version of the course with this key."
    )
    courses = root_store_field(
        lookup=lookup_courses,
        view=lambda viewer, found, lookup: connection(
            found, after=lookup.args.after, node=lambda row: CourseRef(row.key)
        ),
        returns=Connection[Course],
        description="All courses, by key.",
    )
    enrollment = root_store_field(
        lookup=lookup_enrollment,
        view=found_or_forbidden,
        returns=Enrollment,
        description="The enrolment with this registration.",
    )
    enrollments = root_store_field(
        lookup=lookup_enrollments,
        view=lambda viewer, found, lookup: enrollment_pages.page_of_course(lookup.key, found, lookup.args),
        returns=EnrollmentConnection,
        description="The enrolments in a course. For the course's instructors and an ADMIN.",
    )
    verify_certificate = root_store_field(
        lookup=lookup_certificate,
        returns=CertificateFacts,
        description="What the certificate with this verification code certifies; null if there is none. For everybody: "
        "it needs no token, in a document of at most 2,000 characters.",
    )
    node = root_store_field(
        lookup=lookup_node, view=found_or_forbidden, returns=Node, description="The object with this global id."
    )

    nodes = root_list_field(
        element=NODE,
        elements=each_id,
        returns=list[Node | None],
        description=f"The objects with these global ids, at most {MOST}, in this order. Each null has its own error; "
        "NOT_FOUND if an ADMIN requests an object that does not exist.",
        directives=[sized_by("ids", assumed=MOST)],
    )

    @strawberry.field(
        description="The state of each store, at most a second old. It never fails. `store` and `state` are for all, "
        "also without a token; the rest is for an ADMIN, and a SERVICE with `ops:read`.",
        directives=[Cost(weight="10"), ListSize(assumed_size=10)],
    )
    async def store_health(self, info: Info) -> list[StoreHealth]:
        found: list[Any] = list(await info.context.peer.health.latest())
        return found
