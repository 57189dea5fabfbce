"""Access paths that leave out what the viewer may not see."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from resolvers import permissions
from resolvers.data.access_paths import (
    ENROLLMENTS,
    LEARNER_ENROLLMENTS,
    PRESENCE,
    PROFILES,
    SESSIONS,
    EnrollmentsArgs,
    NoArgs,
)
from resolvers.data.dataloaders import DerivedPath, Loaders
from stores.domain.profiles import Profile
from stores.domain.progress import Enrollment
from stores.domain.sessions import Presence, Session


async def _learners_seen(loaders: Loaders, learner_ids: Sequence[str], _: NoArgs) -> Mapping[str, Profile]:
    """Those that the viewer may see: an instructor, through an enrolment in a course of theirs (one call more)."""
    viewer = loaders.viewer
    free = [key for key in learner_ids if permissions.may_read_private(viewer, key)]
    others = [key for key in learner_ids if not permissions.may_read_private(viewer, key)]
    courses = permissions.courses_taught(viewer)
    if others and courses:
        args = EnrollmentsArgs(states=None, courses=courses, after=None, first=1)
        free += list(await loaders.load_many(LEARNER_ENROLLMENTS, others, args))
    return await loaders.load_many(PROFILES, free, ()) if free else {}


def _sees_course_of(loaders: Loaders, row: Enrollment | Session | Presence) -> bool:
    """Whether the viewer may look into the course that a learner's row is of; no course hides nothing."""
    return row.course_key is None or permissions.may_read_enrollment(loaders.viewer, row.learner_id, row.course_key)


async def _enrollments_seen(loaders: Loaders, registrations: Sequence[UUID], _: NoArgs) -> Mapping[UUID, Enrollment]:
    found = await loaders.load_many(ENROLLMENTS, registrations, ())
    return {key: row for key, row in found.items() if _sees_course_of(loaders, row)}


async def _sessions_seen(loaders: Loaders, learner_ids: Sequence[str], _: NoArgs) -> Mapping[str, Session]:
    found = await loaders.load_many(SESSIONS, learner_ids, ())
    return {key: row for key, row in found.items() if _sees_course_of(loaders, row)}


async def _presence_seen(loaders: Loaders, learner_ids: Sequence[str], _: NoArgs) -> Mapping[str, Presence]:
    """Presence for all; the course of it for those who may look into that."""
    found = await loaders.load_many(PRESENCE, learner_ids, ())
    return {key: row if _sees_course_of(loaders, row) else replace(row, course_key=None) for key, row in found.items()}


VISIBLE_LEARNERS: DerivedPath[str, NoArgs, Profile] = DerivedPath(_learners_seen)
VISIBLE_ENROLLMENTS: DerivedPath[UUID, NoArgs, Enrollment] = DerivedPath(_enrollments_seen)
VISIBLE_SESSIONS: DerivedPath[str, NoArgs, Session] = DerivedPath(_sessions_seen)
VISIBLE_PRESENCE: DerivedPath[str, NoArgs, Presence] = DerivedPath(_presence_seen)
