"""Access paths that follow from the order of a course's items: the next item, locked items, and one item by key."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from resolvers.data.access_paths import ENROLLMENTS, ITEM_ROWS, NoArgs
from resolvers.data.course_version_paths import ITEM_PROGRESS, PINNED_COURSES
from resolvers.data.dataloaders import DerivedPath, Loaders
from stores.domain.catalog import Course
from stores.domain.prerequisites import NextItem, next_item, rows_of_course, unmet_prerequisites
from stores.domain.progress import EnrollmentState, ItemProgress

Rows = Mapping[str, ItemProgress]


async def _courses_and_rows(loaders: Loaders, registrations: Sequence[UUID]) -> Mapping[UUID, tuple[Course, Rows]]:
    courses, kept = await asyncio.gather(
        loaders.load_many(PINNED_COURSES, registrations, ()), loaders.load_many(ITEM_ROWS, registrations, ())
    )
    return {key: (course, rows_of_course(key, course, kept.get(key, {}))) for key, course in courses.items()}


async def _next_items(loaders: Loaders, registrations: Sequence[UUID], _: NoArgs) -> Mapping[UUID, NextItem]:
    """The next item of each learner who has not withdrawn and has one."""
    enrollments = await loaders.load_many(ENROLLMENTS, registrations, ())
    studying = [key for key, row in enrollments.items() if row.state is not EnrollmentState.WITHDRAWN]
    found = await _courses_and_rows(loaders, studying)
    following = {key: next_item(course, rows) for key, (course, rows) in found.items()}
    return {key: item for key, item in following.items() if item is not None}


async def _locked(loaders: Loaders, keys: Sequence[tuple[UUID, str]], _: NoArgs) -> Mapping[tuple[UUID, str], bool]:
    found = await _courses_and_rows(loaders, list({registration: None for registration, _ in keys}))
    items = {key: {item.key: item for item in course.items} for key, (course, _) in found.items()}
    return {
        (registration, item_key): bool(unmet_prerequisites(items[registration][item_key], found[registration][1]))
        for registration, item_key in keys
        if item_key in items.get(registration, {})
    }


async def _one_item(loaders: Loaders, registrations: Sequence[UUID], item_key: str) -> Mapping[UUID, ItemProgress]:
    keys = [(registration, item_key) for registration in registrations]
    found = await loaders.load_many(ITEM_PROGRESS, keys, ())
    return {registration: row for (registration, _), row in found.items()}


NEXT_ITEMS: DerivedPath[UUID, NoArgs, NextItem] = DerivedPath(_next_items)
LOCKED: DerivedPath[tuple[UUID, str], NoArgs, bool] = DerivedPath(_locked)
"""Whether a prerequisite of the item is not satisfied."""
ONE_ITEM: DerivedPath[UUID, str, ItemProgress] = DerivedPath(_one_item)
"""The progress in the item with the key that is the argument."""
