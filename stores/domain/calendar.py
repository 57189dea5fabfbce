"""Windows of local time: hours, days and ISO weeks of a time zone, across every change of its clocks."""

from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from zoneinfo import ZoneInfo

from stores.domain.paging import EPOCH

QUARTER = timedelta(minutes=15)
"""The resolution of roll-ups. The offset of every time zone since 1972 is a multiple of it."""
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


def floor_of(moment: datetime, window: Window, zone: ZoneInfo) -> datetime:
    """The start, in UTC, of the window of `zone` that contains `moment`."""
    if window is Window.HOUR:
        start = moment - (moment - EPOCH) % QUARTER
        while not _starts_hour(start, zone):
            start -= QUARTER
        return start
    local = moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if window is Window.WEEK:
        local -= timedelta(days=local.weekday())
    return local.astimezone(UTC)


def next_of(start: datetime, window: Window, zone: ZoneInfo) -> datetime:
    """The start, in UTC, of the window after the one that starts at `start`."""
    if window is Window.HOUR:
        end = start + HOUR
        local = start.astimezone(zone)
        if local.minute == 0 and local.utcoffset() == end.astimezone(zone).utcoffset():
            return end
        end = start + QUARTER
        while not _starts_hour(end, zone):
            end += QUARTER
        return end
    days = 1 if window is Window.DAY else 7
    # A wall-clock step: the same local midnight, 23 to 25 hours later. Noon keeps clear of gaps at midnight.
    noon = start.astimezone(zone) + timedelta(hours=12)
    return (noon + timedelta(days=days)).replace(hour=0, minute=0, fold=0, second=0, microsecond=0).astimezone(UTC)


def _starts_hour(quarter: datetime, zone: ZoneInfo) -> bool:
    """Whether a local hour starts at this quarter: the clock shows a full hour, or another hour than a quarter before.

    So an hour in which clocks were set back by 30 minutes lasts 90 minutes, and an hour that clocks entered at half
    past lasts 30. An hour that repeats as a whole is two windows.
    """
    local, before = quarter.astimezone(zone), (quarter - QUARTER).astimezone(zone)
    return local.minute == 0 or (local.date(), local.hour) != (before.date(), before.hour)


def spans(window: Window, span: Span, zone: ZoneInfo, *, most: int) -> tuple[Span, ...]:
    """All whole windows of `zone` that overlap `span`, in order. ValueError when there are more than `most`."""
    if span.start >= span.end:
        return ()
    start = floor_of(span.start, window, zone)
    found: list[Span] = []
    while start < span.end:
        if len(found) == most:
            raise ValueError(f"the range has more than {most} windows")
        end = next_of(start, window, zone)
        found.append(Span(start, end))
        start = end
    return tuple(found)
