"""Access paths that are computed from the values of others: counts, resume points, course activity."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from resolvers.data.access_paths import (
    COURSE_COUNTS,
    COURSE_LEARNERS,
    COURSE_QUARTERS,
    DURABLE_RESUME,
    HOT_RESUME,
    LEARNER_COUNTS,
    CountArgs,
    NoArgs,
)
from resolvers.data.dataloaders import DerivedPath, Loaders
from stores.domain.calendar import Span
from stores.domain.sessions import ResumePoint
from stores.domain.timeline import Activity, sum_into_windows


class CourseActivityArgs(NamedTuple):
    """A course's activity in these windows, in order. `count_learners`: count the different learners of each."""

    windows: tuple[Span, ...]
    count_learners: bool


async def _counts(loaders: Loaders, keys: Sequence[CountArgs], _: NoArgs) -> Mapping[CountArgs, int]:
    async def count(one: CountArgs) -> int:
        filters = one._replace(learner_id=None, course_key=None)
        if one.learner_id is not None:
            return await loaders.load(LEARNER_COUNTS, one.learner_id, filters) or 0
        return await loaders.load(COURSE_COUNTS, one.course_key or "", filters) or 0

    return dict(zip(keys, await asyncio.gather(*map(count, keys)), strict=True))


async def _resume(loaders: Loaders, registrations: Sequence[UUID], _: NoArgs) -> Mapping[UUID, ResumePoint]:
    """The later of the hot and the durable point: either store may have lost or not yet received the other's."""
    hot, durable = await asyncio.gather(
        loaders.load_many(HOT_RESUME, registrations, ()), loaders.load_many(DURABLE_RESUME, registrations, ())
    )
    points = dict(durable)
    for registration, point in hot.items():
        kept = points.get(registration)
        if kept is None or (point.at, point.id) > (kept.at, kept.id):
            points[registration] = point
    return points


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


ENROLLMENT_COUNTS: DerivedPath[CountArgs, NoArgs, int] = DerivedPath(_counts)
RESUME: DerivedPath[UUID, NoArgs, ResumePoint] = DerivedPath(_resume)
COURSE_ACTIVITY: DerivedPath[str, CourseActivityArgs, Sequence[Activity]] = DerivedPath(_course_activity)
