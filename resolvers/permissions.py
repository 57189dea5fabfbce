"""What the code asks about a viewer. Every answer is a row of `policy/table.py`.

Permissions on rows narrow the keys or the filter of the store call, so that hidden rows are never fetched. A record
that does not exist and one that the viewer may not see give the same FORBIDDEN.
"""

from resolvers.errors import forbidden
from resolvers.limits import Limits
from resolvers.policy.policy import DEFAULT_POLICY, Policy
from resolvers.policy.rules import NOTHING, About
from resolvers.policy.table import rule_of
from resolvers.viewer import Role, Viewer


def may(viewer: Viewer, kind: str, field: str, about: About = NOTHING, policy: Policy = DEFAULT_POLICY) -> bool:
    """Whether the table lets the viewer use this field, without a look into the stores."""
    return rule_of(kind, field).decide(viewer, about, policy) is True


def may_write(viewer: Viewer, command: str, learner_id: str | None = None) -> bool:
    """Send this write command, which is about the learner, if it is about one."""
    return may(viewer, "Mutation", command, About(learner_id))


def is_admin(viewer: Viewer) -> bool:
    """Whether the viewer is an ADMIN, who gets NOT_FOUND where others get FORBIDDEN."""
    return viewer.role is Role.ADMIN


def is_self(viewer: Viewer, learner_id: str) -> bool:
    """Whether the viewer is this learner. A SERVICE's subject is not a learner id."""
    return viewer.role is not Role.SERVICE and viewer.subject == learner_id


def may_read_course_records(viewer: Viewer, course_key: str) -> bool:
    """The enrolments, activity and presence of a course."""
    return may(viewer, "Course", "enrollments", About(course_key=course_key))


def require_course_records(viewer: Viewer, course_key: str) -> None:
    """Raise FORBIDDEN unless the viewer may read the course's enrolments, activity and presence."""
    if not may_read_course_records(viewer, course_key):
        raise forbidden()


def may_read_enrollment(viewer: Viewer, learner_id: str, course_key: str) -> bool:
    """An enrolment and what lies beneath it."""
    return rule_of("Enrollment").decide(viewer, About(learner_id, course_key)) is True


def courses_taught(viewer: Viewer) -> frozenset[str]:
    """The keys of the courses that an INSTRUCTOR teaches; empty for any other role."""
    return viewer.courses if viewer.role is Role.INSTRUCTOR else frozenset()


VisibleCourses = frozenset[str] | None
"""The keys of the courses that a viewer may see of a learner: None for all, an empty set for none."""


def visible_courses(viewer: Viewer, learner_id: str) -> VisibleCourses:
    """The courses in which the viewer may see what this learner does."""
    if rule_of("Interaction").decide(viewer, About(learner_id)):
        return None
    return frozenset(course for course in courses_taught(viewer) if may_read_enrollment(viewer, learner_id, course))


def narrowed_courses(visible: VisibleCourses, course: str | None) -> VisibleCourses:
    """`visible_courses`, narrowed to one course where the client names one. FORBIDDEN if that one is not visible."""
    if course is None:
        return visible
    if visible is not None and course not in visible:
        raise forbidden()
    return frozenset({course})


def may_enroll(viewer: Viewer, learner_id: str, course_key: str, policy: Policy) -> bool:
    """Enrol this learner in this course."""
    return may(viewer, "Mutation", "enroll", About(learner_id, course_key), policy)


def may_write_all(viewer: Viewer) -> bool:
    """Write events of any learner in any course."""
    return may(viewer, "Action", "writeAll")


def may_write_for_others(viewer: Viewer, course_key: str) -> bool:
    """Write events of the course's learners, and those that a learner may not write of themself (waived, voided)."""
    return may(viewer, "Action", "writeForOthers", About(course_key=course_key))


def may_grade(viewer: Viewer, course_key: str) -> bool:
    """State results of required items (passed, failed, score, success), whether or not an item is locked. A learner may
    not grade themself."""
    return may(viewer, "Action", "grade", About(course_key=course_key))


def may_write_enrollment(viewer: Viewer, learner_id: str, course_key: str) -> bool:
    """Write events of one enrolment."""
    return may(viewer, "Mutation", "recordInteractions", About(learner_id, course_key))


def may_trace(viewer: Viewer) -> bool:
    """See which store calls an operation made."""
    return may(viewer, "Action", "trace")


def may_introspect(viewer: Viewer, limits: Limits) -> bool:
    """Read the schema, by introspection or by what errors suggest."""
    return limits.introspection == "all" or may(viewer, "Action", "introspect")


def may_read_schema(viewer: Viewer, limits: Limits) -> bool:
    """Read the schema for composition (`_service`): for all who may introspect, and for a router."""
    return may_introspect(viewer, limits) or may(viewer, "Query", "_service")


def may_send_text(viewer: Viewer) -> bool:
    """Send the text of a document where only trusted documents are served."""
    return may(viewer, "Action", "sendText")


def may_trace_fields(viewer: Viewer) -> bool:
    """See how long each field of an operation took."""
    return may(viewer, "Action", "traceFields")
