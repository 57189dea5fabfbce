"""Access paths that return only what the viewer may see. What is hidden looks like what does not exist."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from resolvers import permissions
from resolvers.data.access_paths import (
    COURSE_PROGRESS,
    ENROLLMENTS,
    PRESENCE,
    SESSIONS,
    NoArgs,
)
from resolvers.data.course_version_paths import ITEM_PROGRESS
from resolvers.data.dataloaders import DerivedPath, Loaders
from resolvers.data.references import LearnerRef
from resolvers.data.student_paths import STUDENTS
from resolvers.policy.rules import About
from resolvers.policy.table import rule_of
from stores.domain.progress import CourseProgress, Enrollment, ItemProgress
from stores.domain.sessions import Presence, Session


async def _visible_learners(loaders: Loaders, learner_ids: Sequence[str], _: NoArgs) -> Mapping[str, LearnerRef]:
    """An instructor sees the learners of the courses they teach; that takes a store call, and another one for learners
    who are not enrolled now."""
    rule = rule_of("Learner")
    decided = {key: rule.decide(loaders.viewer, About(key)) for key in learner_ids}
    open_ = [key for key, may in decided.items() if may is None]
    students = dict(await loaders.load_many(STUDENTS, open_, False))
    students |= await loaders.load_many(STUDENTS, [key for key in open_ if key not in students], True)
    found = {key: LearnerRef(key) for key, may in decided.items() if may}
    return found | {key: LearnerRef.of(row) for key, row in students.items()}


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


async def _visible_lists(
    loaders: Loaders, lists: Sequence[tuple[UUID, ...]], _: NoArgs
) -> Mapping[tuple[UUID, ...], list[Enrollment]]:
    registrations = list(dict.fromkeys(key for one in lists for key in one))
    found = await loaders.load_many(VISIBLE_ENROLLMENTS, registrations, ())
    return {one: [found[key] for key in one if key in found] for one in lists}


async def _visible_course_progress(
    loaders: Loaders, registrations: Sequence[UUID], _: NoArgs
) -> Mapping[UUID, CourseProgress]:
    visible = await loaders.load_many(VISIBLE_ENROLLMENTS, registrations, ())
    return await loaders.load_many(COURSE_PROGRESS, list(visible), ())


async def _visible_item_progress(
    loaders: Loaders, keys: Sequence[tuple[UUID, str]], _: NoArgs
) -> Mapping[tuple[UUID, str], ItemProgress]:
    registrations = list({registration: None for registration, _ in keys})
    visible = await loaders.load_many(VISIBLE_ENROLLMENTS, registrations, ())
    return await loaders.load_many(ITEM_PROGRESS, [key for key in keys if key[0] in visible], ())


VISIBLE_LEARNERS: DerivedPath[str, NoArgs, LearnerRef] = DerivedPath(_visible_learners)
VISIBLE_ENROLLMENTS: DerivedPath[UUID, NoArgs, Enrollment] = DerivedPath(_visible_enrollments)
VISIBLE_ENROLLMENT_LISTS: DerivedPath[tuple[UUID, ...], NoArgs, list[Enrollment]] = DerivedPath(_visible_lists)
VISIBLE_COURSE_PROGRESS: DerivedPath[UUID, NoArgs, CourseProgress] = DerivedPath(_visible_course_progress)
VISIBLE_ITEM_PROGRESS: DerivedPath[tuple[UUID, str], NoArgs, ItemProgress] = DerivedPath(_visible_item_progress)
VISIBLE_SESSIONS: DerivedPath[str, NoArgs, Session] = DerivedPath(_visible_sessions)
VISIBLE_PRESENCE: DerivedPath[str, NoArgs, Presence] = DerivedPath(_visible_presence)
