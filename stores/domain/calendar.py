"""Windows of local time: hours, days and ISO weeks of a time zone, across every change of its clocks.

A day or week begins when the clock shows its date for the first time; where the clock then goes back over midnight, the
new day has begun all the same. An hour begins at each full hour, and when the clock changes to another hour: an hour
that repeats as a whole is two windows, one in which the clock goes back by half an hour lasts 90 minutes, and one that
the clock enters at half past lasts 30.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from stores.domain.paging import EPOCH

QUARTER = timedelta(minutes=15)
"""The resolution of course activity. The offset of every time zone since 1972 is a multiple of it."""
MINUTE = timedelta(minutes=1)
"""Every change of clocks since 1972 happens at a whole minute."""
HOUR = timedelta(hours=1)


class Window(Enum):
    """A unit of local time: an hour, a calendar day, an ISO 8601 week."""

    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"


class Span(NamedTuple):
    """A half-open interval of time: start ≤ t < end, both in UTC."""

    start: datetime
    end: datetime


ALL_TIME = Span(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@cache
def _zone_names() -> frozenset[str]:
    """The names of the IANA time zone database, links such as `US/Pacific` included. `Factory` is in it, yet means
    that no zone was set. The package `tzdata` has them; the standard library only knows what its folders hold, such
    as `localtime`, `posixrules` and `right/Europe/Berlin`."""
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split()) - {"Factory"}


def zone_named(name: str) -> ZoneInfo:
    """The time zone of this name in the IANA database, case-sensitively. ValueError for any other name."""
    if name not in _zone_names():
        raise ValueError(f"unknown time zone {name[:64]!r}: use an IANA name such as Europe/Berlin")
    return ZoneInfo(name)


def floor_of(moment: datetime, window: Window, zone: ZoneInfo, *, grain: timedelta = MINUTE) -> datetime:
    """The start, in UTC, of the window of `zone` that contains `moment`."""
    return next(_edges(moment, window, zone, grain))


def next_of(start: datetime, window: Window, zone: ZoneInfo, *, grain: timedelta = MINUTE) -> datetime:
    """The start, in UTC, of the window after the one that starts at `start`."""
    edges = _edges(start, window, zone, grain)
    next(edges)
    return next(edges)


def spans(window: Window, span: Span, zone: ZoneInfo, *, most: int, grain: timedelta = MINUTE) -> tuple[Span, ...]:
    """All whole windows of `zone` that overlap `span`, in order. ValueError when there are more than `most`.

    With the grain QUARTER, an edge that lies off a quarter of an hour is moved to the quarter before it, and a window
    that has no quarter left is none."""
    if span.start >= span.end:
        return ()
    found: list[Span] = []
    for start, end in pairwise(_edges(span.start, window, zone, grain)):
        if start >= span.end:
            break
        if len(found) == most:
            raise ValueError(f"the range has more than {most} windows")
        found.append(Span(start, end))
    return tuple(found)


def grain_of(windows: Iterable[Span]) -> timedelta:
    """The longest interval that divides these windows: QUARTER, or MINUTE if one has an edge off a quarter."""
    return MINUTE if any((edge - EPOCH) % QUARTER for window in windows for edge in window) else QUARTER


def _edges(moment: datetime, window: Window, zone: ZoneInfo, grain: timedelta) -> Iterator[datetime]:
    """The start of the window that contains `moment`, and those of all windows after it."""
    exact = _hours(moment, zone) if window is Window.HOUR else _dates(moment, zone, 1 if window is Window.DAY else 7)
    start = None
    for edge in exact:
        rounded = edge - (edge - EPOCH) % grain
        if start is not None and rounded > max(start, moment):
            yield start
        start = rounded


def _dates(moment: datetime, zone: ZoneInfo, days: int) -> Iterator[datetime]:
    """The starts of days (`days` 1) or of ISO weeks (7), from one at or before `moment` on."""
    day = moment.astimezone(zone).date()
    if days != 1:
        day -= timedelta(days=day.weekday())
    while True:
        yield _first_moment(day, zone)
        day += timedelta(days=days)


def _first_moment(day: date, zone: ZoneInfo) -> datetime:
    """When the clock shows this date or a later one for the first time."""
    first = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    while (first - MINUTE).astimezone(zone).date() >= day:
        first -= MINUTE
    return first


def _hours(moment: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """The starts of hours, from the one that contains `moment` on."""
    start = moment - (moment - EPOCH) % MINUTE
    while not _starts_hour(start, zone):
        start -= MINUTE
    local = start.astimezone(zone)
    while True:
        yield start
        start, before = start + HOUR, local
        local = start.astimezone(zone)
        if before.minute or local.utcoffset() != before.utcoffset():
            start += MINUTE - HOUR
            while not _starts_hour(start, zone):
                start += MINUTE
            local = start.astimezone(zone)


def _starts_hour(minute: datetime, zone: ZoneInfo) -> bool:
    """Whether a local hour starts at this minute: the clock shows a full hour, or another hour than a minute before."""
    local, before = minute.astimezone(zone), (minute - MINUTE).astimezone(zone)
    return local.minute == 0 or (local.date(), local.hour) != (before.date(), before.hour)
