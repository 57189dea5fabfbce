"""Access paths of learners and courses by reference: whether they exist, and what a course version contains."""

import asyncio
from collections.abc import Mapping, Sequence

from resolvers.data.access_paths import LATEST, PROFILES, VERSIONS, NoArgs
from resolvers.data.dataloaders import DerivedPath, Loaders
from resolvers.data.references import CourseRef, LearnerRef
from resolvers.data.visible_paths import VISIBLE_LEARNERS
from stores.domain.catalog import Course, CourseVersion, Item
from stores.errors import TimedOut, Unavailable


async def _existing_learners(loaders: Loaders, learner_ids: Sequence[str], _: NoArgs) -> Mapping[str, LearnerRef]:
    """The learners that have a profile; all visible ones while the profiles cannot be read."""
    visible = await loaders.load_many(VISIBLE_LEARNERS, learner_ids, ())
    try:
        profiles = await loaders.load_many(PROFILES, list(visible), ())
    except (Unavailable, TimedOut):
        return visible
    return {key: ref for key, ref in visible.items() if key in profiles}


async def _existing_courses(loaders: Loaders, refs: Sequence[CourseRef], _: NoArgs) -> Mapping[CourseRef, CourseRef]:
    """The courses that are published; all of these while the catalog cannot be read."""
    try:
        published = await loaders.load_many(COURSES, refs, ())
    except (Unavailable, TimedOut):
        return {ref: ref for ref in refs}
    return {ref: ref for ref in published}


async def _courses(loaders: Loaders, refs: Sequence[CourseRef], _: NoArgs) -> Mapping[CourseRef, Course]:
    newest = [ref for ref in refs if ref.version is None]
    pinned = {ref: CourseVersion(ref.key, ref.version) for ref in refs if ref.version is not None}
    latest, versions = await asyncio.gather(
        loaders.load_many(LATEST, [ref.key for ref in newest], ()),
        loaders.load_many(VERSIONS, list(pinned.values()), ()),
    )
    found = {ref: latest[ref.key] for ref in newest if ref.key in latest}
    return found | {ref: versions[pin] for ref, pin in pinned.items() if pin in versions}


async def _course_items(loaders: Loaders, refs: Sequence[CourseRef], item_key: str) -> Mapping[CourseRef, Item]:
    courses = await loaders.load_many(COURSES, refs, ())
    return {ref: item for ref, course in courses.items() for item in course.items if item.key == item_key}


EXISTING_LEARNERS: DerivedPath[str, NoArgs, LearnerRef] = DerivedPath(_existing_learners)
EXISTING_COURSES: DerivedPath[CourseRef, NoArgs, CourseRef] = DerivedPath(_existing_courses)
COURSES: DerivedPath[CourseRef, NoArgs, Course] = DerivedPath(_courses)
COURSE_ITEMS: DerivedPath[CourseRef, str, Item] = DerivedPath(_course_items)
"""The item of each course version with the key that is the argument."""
