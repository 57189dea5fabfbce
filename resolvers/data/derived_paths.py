"""Access paths that are computed from the values of others: counts and resume points."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from resolvers.data.access_paths import DURABLE_RESUME, HOT_RESUME, LEARNER_COUNTS, CountArgs, NoArgs
from resolvers.data.course_enrollment_paths import COURSE_COUNTS
from resolvers.data.dataloaders import DerivedPath, Loaders
from stores.domain.sessions import ResumePoint
from stores.errors import TimedOut, Unavailable


async def _counts(loaders: Loaders, keys: Sequence[CountArgs], _: NoArgs) -> Mapping[CountArgs, int]:
    async def count(one: CountArgs) -> int:
        filters = one._replace(learner_id=None, course_key=None)
        if one.learner_id is not None:
            return await loaders.load(LEARNER_COUNTS, one.learner_id, filters) or 0
        return await loaders.load(COURSE_COUNTS, one.course_key or "", filters) or 0

    return dict(zip(keys, await asyncio.gather(*map(count, keys)), strict=True))


async def _resume(loaders: Loaders, registrations: Sequence[UUID], _: NoArgs) -> Mapping[UUID, ResumePoint]:
    """The later of the hot and the durable point: either store may have lost or not yet received the other's. While the
    store of the hot points fails, the durable ones, which are a few seconds older."""
    hot, durable = await asyncio.gather(
        loaders.load_many(HOT_RESUME, registrations, ()),
        loaders.load_many(DURABLE_RESUME, registrations, ()),
        return_exceptions=True,
    )
    if isinstance(durable, BaseException):
        raise durable
    points = dict(durable)
    if isinstance(hot, TimedOut | Unavailable):
        return points
    if isinstance(hot, BaseException):
        raise hot
    for registration, point in hot.items():
        kept = points.get(registration)
        if kept is None or (point.at, point.id) > (kept.at, kept.id):
            points[registration] = point
    return points


ENROLLMENT_COUNTS: DerivedPath[CountArgs, NoArgs, int] = DerivedPath(_counts)
RESUME: DerivedPath[UUID, NoArgs, ResumePoint] = DerivedPath(_resume)
