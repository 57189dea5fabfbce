"""Access paths that return only what the viewer may see. What is hidden looks like what does not exist."""

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


async def _visible_learners(loaders: Loaders, learner_ids: Sequence[str], _: NoArgs) -> Mapping[str, Profile]:
    """An instructor sees the learners who are enrolled in a course they teach; that takes one more store call."""
    viewer = loaders.viewer
    allowed = [key for key in learner_ids if permissions.may_read_private(viewer, key)]
    others = [key for key in learner_ids if not permissions.may_read_private(viewer, key)]
    courses = permissions.courses_taught(viewer)
    if others and courses:
        args = EnrollmentsArgs(states=None, courses=courses, after=None, first=1)
        allowed += list(await loaders.load_many(LEARNER_ENROLLMENTS, others, args))
    return await loaders.load_many(PROFILES, allowed, ()) if allowed else {}


def _may_see_course_of(loaders: Loaders, row: Enrollment | Session | Presence) -> bool:
    """Whether the viewer may see that this learner takes the row's course. A row without a course hides nothing."""
    return row.course_key is None or permissions.may_read_enrollment(loaders.viewer, row.learner_id, row.course_key)


async def _visible_enrollments(loaders: Loaders, registrations: Sequence[UUID], _: NoArgs) -> Mapping[UUID, Enrollment]:
    found = await loaders.load_many(ENROLLMENTS, registrations, ())
    return {key: row for key, row in found.items() if _may_see_course_of(loaders, row)}


async def _visible_sessions(loaders: Loaders, learner_ids: Sequence[str], _: NoArgs) -> Mapping[str, Session]:
    found = await loaders.load_many(SESSIONS, learner_ids, ())
    return {key: row for key, row in found.items() if _may_see_course_of(loaders, row)}


async def _visible_presence(loaders: Loaders, learner_ids: Sequence[str], _: NoArgs) -> Mapping[str, Presence]:
    """Every viewer sees the presence; `course_key` is None for those who may not see the course."""
    found = await loaders.load_many(PRESENCE, learner_ids, ())
    return {
        key: row if _may_see_course_of(loaders, row) else replace(row, course_key=None) for key, row in found.items()
    }


VISIBLE_LEARNERS: DerivedPath[str, NoArgs, Profile] = DerivedPath(_visible_learners)
VISIBLE_ENROLLMENTS: DerivedPath[UUID, NoArgs, Enrollment] = DerivedPath(_visible_enrollments)
VISIBLE_SESSIONS: DerivedPath[str, NoArgs, Session] = DerivedPath(_visible_sessions)
VISIBLE_PRESENCE: DerivedPath[str, NoArgs, Presence] = DerivedPath(_visible_presence)
