"""Which enrolments a viewer may write events to."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from resolvers import permissions
from resolvers.data.access_paths import ENROLLMENTS, VERSIONS
from resolvers.viewer import Viewer
from resolvers.writes.event_faults import verdict_fault
from resolvers.writes.faults import Refusal
from resolvers.writes.write_stores import WriteStores
from stores.domain.catalog import Course
from stores.domain.progress import Enrollment


class WritableEnrollment(NamedTuple):
    """An enrolment that the viewer may write to, with the course version it is pinned to."""

    enrollment: Enrollment
    course: Course


async def find_writable(
    stores: WriteStores, viewer: Viewer, registrations: Iterable[UUID]
) -> Mapping[UUID, WritableEnrollment | str]:
    """Each enrolment, or the code of why the viewer may not write to it: FORBIDDEN, UNKNOWN_REGISTRATION or
    UNKNOWN_COURSE (the pinned version is not in the catalog). At most two store calls."""
    keys = list(dict.fromkeys(registrations))
    rows = await stores.loaders.load_many(ENROLLMENTS, keys, ())
    found: dict[UUID, WritableEnrollment | str] = {key: code_of_unknown(viewer) for key in keys}
    mine = [row for row in rows.values() if permissions.may_write_enrollment(viewer, row.learner_id, row.course_key)]
    found |= dict.fromkeys([row.registration for row in rows.values()], "FORBIDDEN")
    courses = await stores.loaders.load_many(VERSIONS, list(dict.fromkeys(row.pin for row in mine)), ())
    for row in mine:
        course = courses.get(row.pin)
        found[row.registration] = "UNKNOWN_COURSE" if course is None else WritableEnrollment(row, course)
    return found


async def find_one_writable(stores: WriteStores, viewer: Viewer, registration: UUID) -> WritableEnrollment | Refusal:
    """One enrolment, or the refusal of a command that names it."""
    found = (await find_writable(stores, viewer, [registration]))[registration]
    return Refusal((verdict_fault(found),)) if isinstance(found, str) else found


def code_of_unknown(viewer: Viewer) -> str:
    """The code of an enrolment that does not exist. A viewer who may not write everything gets the code of other
    learners' enrolments, and so cannot find out which registrations exist."""
    return "UNKNOWN_REGISTRATION" if permissions.may_write_all(viewer) else "FORBIDDEN"
