"""What a viewer may read and write. Rules about fields are decided from the viewer and the parent's key; rules about
rows narrow the key set or the store's filter, so that what may not be seen is not fetched. Unknown looks the same as
forbidden."""

from resolvers.errors import forbidden
from resolvers.viewer import Role, Viewer


def is_admin(viewer: Viewer) -> bool:
    return viewer.role is Role.ADMIN


def is_self(viewer: Viewer, learner_id: str) -> bool:
    return viewer.role is not Role.SERVICE and viewer.subject == learner_id


def may_read_private(viewer: Viewer, learner_id: str) -> bool:
    """E-mail, preferences and demographics: the learner's own affair, and an ADMIN's."""
    return is_admin(viewer) or is_self(viewer, learner_id)


def may_read_course_records(viewer: Viewer, course_key: str) -> bool:
    """A course's enrolments and activity: its instructors' affair."""
    return is_admin(viewer) or (viewer.role is Role.INSTRUCTOR and course_key in viewer.courses)


def may_read_enrollment(viewer: Viewer, learner_id: str, course_key: str) -> bool:
    return is_self(viewer, learner_id) or may_read_course_records(viewer, course_key)


def courses_taught(viewer: Viewer) -> frozenset[str]:
    return viewer.courses if viewer.role is Role.INSTRUCTOR else frozenset()


def visible_courses(viewer: Viewer, learner_id: str) -> frozenset[str] | None:
    """The courses of a learner that a viewer may look into: None is all of them, empty is none."""
    return None if may_read_private(viewer, learner_id) else courses_taught(viewer)


def narrowed(viewer: Viewer, learner_id: str, course: str | None) -> frozenset[str] | None:
    """The courses to read of a learner when one of them is asked for (None: any); FORBIDDEN when it is not seen."""
    seen = visible_courses(viewer, learner_id)
    if course is None:
        return seen
    if seen is not None and course not in seen:
        raise forbidden()
    return frozenset({course})


WRITES_EVENTS = "events:write"
"""The scope of a SERVICE that may write what anybody did."""


def may_write_all(viewer: Viewer) -> bool:
    return is_admin(viewer) or (viewer.role is Role.SERVICE and WRITES_EVENTS in viewer.scopes)


def may_write_for_others(viewer: Viewer, course_key: str) -> bool:
    """Say in a course what no learner says of themself: waived, voided."""
    return may_write_all(viewer) or may_read_course_records(viewer, course_key)


def may_write_enrollment(viewer: Viewer, learner_id: str, course_key: str) -> bool:
    return is_self(viewer, learner_id) or may_write_for_others(viewer, course_key)


def may_trace(viewer: Viewer) -> bool:
    return is_admin(viewer)
