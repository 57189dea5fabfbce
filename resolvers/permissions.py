"""What a viewer may read and write: every permission is decided here, from the viewer and the keys of a record.

Permissions on rows narrow the keys or the filter of the store call, so that hidden rows are never fetched. A record
that does not exist and one that the viewer may not see give the same FORBIDDEN.
"""

from resolvers.errors import forbidden
from resolvers.viewer import Role, Viewer

WRITES_EVENTS = "events:write"
"""The scope that lets a SERVICE write events of any learner."""
READS_SCHEMA, READS_TRACES = "schema:read", "trace:read"
"""The scopes that let a SERVICE, such as the router of a federated graph, read the schema and traces of operations."""


def is_admin(viewer: Viewer) -> bool:
    """Whether the viewer is an ADMIN, who may do everything."""
    return viewer.role is Role.ADMIN


def is_self(viewer: Viewer, learner_id: str) -> bool:
    """Whether the viewer is this learner. A SERVICE's subject is not a learner id."""
    return viewer.role is not Role.SERVICE and viewer.subject == learner_id


def may_read_private(viewer: Viewer, learner_id: str) -> bool:
    """E-mail, preferences and demographics of a learner: for the learner and an ADMIN."""
    return is_admin(viewer) or is_self(viewer, learner_id)


def may_read_course_records(viewer: Viewer, course_key: str) -> bool:
    """The enrolments, activity and presence of a course: for its instructors and an ADMIN."""
    return is_admin(viewer) or (viewer.role is Role.INSTRUCTOR and course_key in viewer.courses)


def require_course_records(viewer: Viewer, course_key: str) -> None:
    """Raise FORBIDDEN unless the viewer may read the course's enrolments, activity and presence."""
    if not may_read_course_records(viewer, course_key):
        raise forbidden()


def may_read_enrollment(viewer: Viewer, learner_id: str, course_key: str) -> bool:
    """An enrolment and what lies beneath it: for the learner, the course's instructors and an ADMIN."""
    return is_self(viewer, learner_id) or may_read_course_records(viewer, course_key)


def courses_taught(viewer: Viewer) -> frozenset[str]:
    """The keys of the courses that an INSTRUCTOR teaches; empty for any other role."""
    return viewer.courses if viewer.role is Role.INSTRUCTOR else frozenset()


def visible_courses(viewer: Viewer, learner_id: str) -> frozenset[str] | None:
    """The courses in which the viewer may see what this learner does: None for all, an empty set for none."""
    return None if may_read_private(viewer, learner_id) else courses_taught(viewer)


def narrowed_courses(viewer: Viewer, learner_id: str, course: str | None) -> frozenset[str] | None:
    """`visible_courses`, narrowed to one course where the client names one. FORBIDDEN if that one is not visible."""
    visible = visible_courses(viewer, learner_id)
    if course is None:
        return visible
    if visible is not None and course not in visible:
        raise forbidden()
    return frozenset({course})


def may_write_all(viewer: Viewer) -> bool:
    """Write events of any learner in any course: for an ADMIN and a SERVICE with the scope `events:write`."""
    return is_admin(viewer) or (viewer.role is Role.SERVICE and WRITES_EVENTS in viewer.scopes)


def may_write_for_others(viewer: Viewer, course_key: str) -> bool:
    """Write events of the course's learners, and those that a learner may not write of themself (waived, voided)."""
    return may_write_all(viewer) or may_read_course_records(viewer, course_key)


def may_grade(viewer: Viewer, course_key: str) -> bool:
    """State results of required items (passed, failed, score, success), whether or not an item is locked: for all who
    may write for others in the course. A learner may not grade themself."""
    return may_write_for_others(viewer, course_key)


def may_write_enrollment(viewer: Viewer, learner_id: str, course_key: str) -> bool:
    """Write events of one enrolment: for the learner and all who may write for others in the course."""
    return is_self(viewer, learner_id) or may_write_for_others(viewer, course_key)


def may_trace(viewer: Viewer) -> bool:
    """See which store calls an operation made: for an ADMIN."""
    return is_admin(viewer)


def may_read_schema(viewer: Viewer) -> bool:
    """Read the schema for composition (`_service`): for an ADMIN and a SERVICE with the scope `schema:read`."""
    return is_admin(viewer) or (viewer.role is Role.SERVICE and READS_SCHEMA in viewer.scopes)


def may_trace_fields(viewer: Viewer) -> bool:
    """See how long each field of an operation took: for an ADMIN and a SERVICE with the scope `trace:read`."""
    return is_admin(viewer) or (viewer.role is Role.SERVICE and READS_TRACES in viewer.scopes)
