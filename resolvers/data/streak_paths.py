"""Access paths of streaks: when learners were active, and in which time zone their days are."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from resolvers.data.dataloaders import DerivedPath, Loaders, StorePath
from resolvers.data.local_activity_paths import TIME_ZONES


class StreakArgs(NamedTuple):
    """The activity in `courses` (None: all), by the days of `zone` (None: each learner's own)."""

    courses: frozenset[str] | None
    zone: str | None


class ActiveQuarters(NamedTuple):
    """A learner's time zone, the quarters of an hour in which they were active (`stores.domain.streak`), and now."""

    zone: str
    quarters: Sequence[int]
    now: datetime


async def _streaks(loaders: Loaders, learner_ids: Sequence[str], args: StreakArgs) -> Mapping[str, ActiveQuarters]:
    zones, quarters = await asyncio.gather(
        loaders.load_many(TIME_ZONES, learner_ids, args.zone),
        loaders.load_many(ACTIVE_QUARTERS, learner_ids, args.courses),
    )
    now = loaders.now()
    return {key: ActiveQuarters(zone, quarters.get(key, ()), now) for key, zone in zones.items()}


ACTIVE_QUARTERS: StorePath[str, frozenset[str] | None, Sequence[int]] = StorePath(
    "activity",
    "quarters_of_learners",
    lambda s, keys, courses: s.activity.quarters_of_learners(keys, courses=courses),
)
STREAKS: DerivedPath[str, StreakArgs, ActiveQuarters] = DerivedPath(_streaks)
