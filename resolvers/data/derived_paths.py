"""Access paths made of others: they read through the loaders, so they cost what those cost, and no more."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from resolvers.data.access_paths import (
    COURSE_COUNTS,
    COURSE_ENROLLMENTS,
    COURSE_LEARNERS,
    COURSE_QUARTERS,
    DURABLE_RESUME,
    ENROLLMENTS,
    HOT_RESUME,
    LEARNER_COUNTS,
    LEARNER_ENROLLMENTS,
    CountArgs,
    EnrollmentsArgs,
    NoArgs,
)
from resolvers.data.dataloaders import DerivedPath, Loaders
from stores.domain.calendar import Span
from stores.domain.paging import Page
from stores.domain.progress import Enrollment
from stores.domain.sessions import ResumePoint
from stores.domain.timeline import Activity, sum_into_windows


def _remember(loaders: Loaders, pages: Mapping[str, Page[Enrollment]]) -> Mapping[str, Page[Enrollment]]:
    """What a page brought along need not be requested again by registration."""
    for page in pages.values():
        for row in page.rows:
            loaders.prime(ENROLLMENTS, row.registration, (), row)
    return pages


async def _of_learners(
    loaders: Loaders, learner_ids: Sequence[str], args: EnrollmentsArgs
) -> Mapping[str, Page[Enrollment]]:
    return _remember(loaders, await loaders.load_many(LEARNER_ENROLLMENTS, learner_ids, args))


async def _of_courses(
    loaders: Loaders, course_keys: Sequence[str], args: EnrollmentsArgs
) -> Mapping[str, Page[Enrollment]]:
    return _remember(loaders, await loaders.load_many(COURSE_ENROLLMENTS, course_keys, args))


async def _counts(loaders: Loaders, keys: Sequence[CountArgs], _: NoArgs) -> Mapping[CountArgs, int]:
    async def count(one: CountArgs) -> int:
        alike = one._replace(learner_id=None, course_key=None)
        if one.learner_id is not None:
            return await loaders.load(LEARNER_COUNTS, one.learner_id, alike) or 0
        return await loaders.load(COURSE_COUNTS, one.course_key or "", alike) or 0

    return dict(zip(keys, await asyncio.gather(*map(count, keys)), strict=True))


ENROLLMENTS_OF_LEARNER: DerivedPath[str, EnrollmentsArgs, Page[Enrollment]] = DerivedPath(_of_learners)
ENROLLMENTS_OF_COURSE: DerivedPath[str, EnrollmentsArgs, Page[Enrollment]] = DerivedPath(_of_courses)
ENROLLMENT_COUNTS: DerivedPath[CountArgs, NoArgs, int] = DerivedPath(_counts)


async def _resume(loaders: Loaders, registrations: Sequence[UUID], _: NoArgs) -> Mapping[UUID, ResumePoint]:
    """The later of the hot and the durable point: what one store lost, the other has."""
    hot, durable = await asyncio.gather(
        loaders.load_many(HOT_RESUME, registrations, ()), loaders.load_many(DURABLE_RESUME, registrations, ())
    )
    points = dict(durable)
    for registration, point in hot.items():
        kept = points.get(registration)
        if kept is None or (point.at, point.id) > (kept.at, kept.id):
            points[registration] = point
    return points


class CourseActivityArgs(NamedTuple):
    windows: tuple[Span, ...]
    count_learners: bool


async def _course_activity(
    loaders: Loaders, course_keys: Sequence[str], args: CourseActivityArgs
) -> Mapping[str, Sequence[Activity]]:
    if not args.windows:
        return dict.fromkeys(course_keys, ())

    async def learners() -> Mapping[str, Mapping[datetime, int]] | None:
        if not args.count_learners:
            return None
        return await loaders.load_many(COURSE_LEARNERS, course_keys, args.windows)

    whole = Span(args.windows[0].start, args.windows[-1].end)
    quarters, counted = await asyncio.gather(loaders.load_many(COURSE_QUARTERS, course_keys, whole), learners())
    return {
        key: sum_into_windows(
            quarters.get(key, ()), args.windows, learners=None if counted is None else counted.get(key, {})
        )
        for key in course_keys
    }


RESUME: DerivedPath[UUID, NoArgs, ResumePoint] = DerivedPath(_resume)
COURSE_ACTIVITY: DerivedPath[str, CourseActivityArgs, Sequence[Activity]] = DerivedPath(_course_activity)
