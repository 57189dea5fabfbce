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
    CountAsked,
    EnrollmentsAsked,
    NoArgs,
)
from resolvers.data.dataloaders import Joined, Loaders
from stores.domain.calendar import Span
from stores.domain.paging import Page
from stores.domain.progress import Enrollment
from stores.domain.sessions import ResumePoint
from stores.domain.timeline import Activity, gather


def _remember(loaders: Loaders, pages: Mapping[str, Page[Enrollment]]) -> Mapping[str, Page[Enrollment]]:
    """What a page brought along need not be asked for again by registration."""
    for page in pages.values():
        for row in page.rows:
            loaders.prime(ENROLLMENTS, row.registration, (), row)
    return pages


async def _of_learners(
    loaders: Loaders, learner_ids: Sequence[str], asked: EnrollmentsAsked
) -> Mapping[str, Page[Enrollment]]:
    return _remember(loaders, await loaders.load_many(LEARNER_ENROLLMENTS, learner_ids, asked))


async def _of_courses(
    loaders: Loaders, course_keys: Sequence[str], asked: EnrollmentsAsked
) -> Mapping[str, Page[Enrollment]]:
    return _remember(loaders, await loaders.load_many(COURSE_ENROLLMENTS, course_keys, asked))


async def _counts(loaders: Loaders, asked: Sequence[CountAsked], _: NoArgs) -> Mapping[CountAsked, int]:
    async def count(one: CountAsked) -> int:
        alike = one._replace(learner_id=None, course_key=None)
        if one.learner_id is not None:
            return await loaders.load(LEARNER_COUNTS, one.learner_id, alike) or 0
        return await loaders.load(COURSE_COUNTS, one.course_key or "", alike) or 0

    return dict(zip(asked, await asyncio.gather(*map(count, asked)), strict=True))


ENROLLMENTS_OF_LEARNER: Joined[str, EnrollmentsAsked, Page[Enrollment]] = Joined(_of_learners)
ENROLLMENTS_OF_COURSE: Joined[str, EnrollmentsAsked, Page[Enrollment]] = Joined(_of_courses)
ENROLLMENT_COUNTS: Joined[CountAsked, NoArgs, int] = Joined(_counts)


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


class CourseActivityAsked(NamedTuple):
    windows: tuple[Span, ...]
    count_learners: bool


async def _course_activity(
    loaders: Loaders, course_keys: Sequence[str], asked: CourseActivityAsked
) -> Mapping[str, Sequence[Activity]]:
    if not asked.windows:
        return dict.fromkeys(course_keys, ())

    async def learners() -> Mapping[str, Mapping[datetime, int]] | None:
        if not asked.count_learners:
            return None
        return await loaders.load_many(COURSE_LEARNERS, course_keys, asked.windows)

    whole = Span(asked.windows[0].start, asked.windows[-1].end)
    quarters, counted = await asyncio.gather(loaders.load_many(COURSE_QUARTERS, course_keys, whole), learners())
    return {
        key: gather(quarters.get(key, ()), asked.windows, learners=None if counted is None else counted.get(key, {}))
        for key in course_keys
    }


RESUME: Joined[UUID, NoArgs, ResumePoint] = Joined(_resume)
COURSE_ACTIVITY: Joined[str, CourseActivityAsked, Sequence[Activity]] = Joined(_course_activity)
