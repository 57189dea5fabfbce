"""Access paths of a learner's activity in local time: in the zone of the profile, or in the one that is given."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from resolvers.data.access_paths import LEARNER_COUNTS_BY_TIME, PROFILES, LearnerActivityArgs
from resolvers.data.dataloaders import DerivedPath, Loaders
from resolvers.data.student_paths import STUDENTS
from resolvers.policy.rules import About
from resolvers.policy.table import rule_of
from stores.domain.activity import ActivityCount
from stores.domain.calendar import MINUTE, Span, Window, grain_of, spans, zone_named


class LocalActivityArgs(NamedTuple):
    """A learner's activity in the windows of `zone` that overlap `span`, only in `courses` (None: all). `zone` None:
    each learner's own. A learner with more than `most` windows has none."""

    window: Window
    span: Span
    zone: str | None
    courses: frozenset[str] | None
    most: int


class LocalActivity(NamedTuple):
    """A learner's time zone, and their activity in intervals that divide its windows."""

    zone: str
    counts: Sequence[ActivityCount]


async def _time_zones(loaders: Loaders, learner_ids: Sequence[str], given: str | None) -> Mapping[str, str]:
    if given is not None:
        return dict.fromkeys(learner_ids, given)
    rule = rule_of("Learner", "timeZone")
    decided = {key: rule.decide(loaders.viewer, About(key)) for key in learner_ids}
    students = await loaders.load_many(STUDENTS, [key for key, may in decided.items() if may is None], False)
    seen = [key for key, may in decided.items() if may or key in students]
    profiles = await loaders.load_many(PROFILES, seen, ())
    return {key: profile.time_zone for key, profile in profiles.items()}


async def _local_activity(
    loaders: Loaders, learner_ids: Sequence[str], args: LocalActivityArgs
) -> Mapping[str, LocalActivity]:
    zones = await loaders.load_many(TIME_ZONES, learner_ids, args.zone)

    async def counts_of(learner_id: str, grain: timedelta | None) -> Sequence[ActivityCount]:
        if grain is None:
            return ()
        filters = LearnerActivityArgs(args.window, args.span, grain, args.courses)
        return await loaders.load(LEARNER_COUNTS_BY_TIME, learner_id, filters) or ()

    grains = {zone: _grain(zone, args) for zone in set(zones.values())}
    found = await asyncio.gather(*(counts_of(key, grains[zone]) for key, zone in zones.items()))
    return {key: LocalActivity(zone, counts) for (key, zone), counts in zip(zones.items(), found, strict=True)}


def _grain(zone: str, args: LocalActivityArgs) -> timedelta | None:
    """The length that divides all windows of this zone; None if there are too many windows, or if there is no such
    zone."""
    try:
        return grain_of(spans(args.window, args.span, zone_named(zone), most=args.most, grain=MINUTE))
    except ValueError:
        return None


TIME_ZONES: DerivedPath[str, str | None, str] = DerivedPath(_time_zones)
"""The zone that is the argument, else that of each learner's profile. A zone that the viewer may not see is left out:
windows and days of local time would show it."""
LOCAL_ACTIVITY: DerivedPath[str, LocalActivityArgs, LocalActivity] = DerivedPath(_local_activity)
