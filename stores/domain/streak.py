"""Streaks: runs of consecutive days with activity, in a time zone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

from stores.domain.calendar import QUARTER
from stores.domain.paging import EPOCH

DAY = timedelta(days=1)
QUARTERS = DAY // QUARTER
FIRST = EPOCH.date().toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """`current`: the days of the run that ends today or yesterday, else 0; `longest`: the days of the longest run;
    `last_active_on`: the last day with activity, None without any."""

    current: int = 0
    longest: int = 0
    last_active_on: date | None = None


def streak_of(quarters: Sequence[int], zone: ZoneInfo, *, now: datetime) -> Streak:
    """The streak of a learner with activity in these quarters of an hour, which are numbered from 1970 in UTC and
    ascend. A day is one of `zone`."""
    longest = run = 0
    last: int | None = None
    for day in local_days(quarters, zone):
        run = run + 1 if last == day - 1 else 1
        longest = max(longest, run)
        last = day
    if last is None:
        return Streak()
    today = now.astimezone(zone).date().toordinal()
    return Streak(current=run if last >= today - 1 else 0, longest=longest, last_active_on=date.fromordinal(last))


def local_days(quarters: Iterable[int], zone: ZoneInfo) -> list[int]:
    """The distinct days of `zone` in which these quarters start, as ordinals, ascending."""
    days: set[int] = set()
    for utc_day, group in groupby(quarters, key=lambda quarter: quarter // QUARTERS):
        offset = quarters_ahead(zone, utc_day)
        if offset is None:
            days.update((EPOCH + quarter * QUARTER).astimezone(zone).toordinal() for quarter in group)
        else:
            days.update(FIRST + (quarter + offset) // QUARTERS for quarter in group)
    return sorted(days)


@lru_cache(maxsize=20_000)
def quarters_ahead(zone: ZoneInfo, utc_day: int) -> int | None:
    """How many quarters of an hour the zone's clocks are ahead of UTC throughout a day of UTC, numbered from 1970. None
    if they change on that day, or are off by no whole number of quarters."""
    start = EPOCH + utc_day * DAY
    first, last = start.astimezone(zone).utcoffset(), (start + DAY).astimezone(zone).utcoffset()
    if first is None or first != last or first % QUARTER:
        return None
    return first // QUARTER
