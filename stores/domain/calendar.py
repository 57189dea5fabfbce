"""Windows of time as a learner lives them: local hours, days and ISO weeks, whatever daylight saving does."""

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NamedTuple
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
"""The grain of roll-ups: every time zone's offset since 1972 is a multiple of it."""
HOUR = timedelta(hours=1)


class Window(Enum):
    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"


class Span(NamedTuple):
    """Half-open: start ≤ t < end. UTC."""

    start: datetime
    end: datetime


def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of this name; ValueError for an unknown or an unsafe one."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # not found, a directory, an absolute path, a NUL
        raise ValueError(f"unknown time zone {name[:64]!r}") from None


def floor_of(moment: datetime, window: Window, zone: ZoneInfo) -> datetime:
    """The start, in UTC, of the window of `zone` that `moment` lies in."""
    if window is Window.HOUR:
        # Counted from the day's start: where clocks change by half an hour, that day's later hours are shifted by it.
        day = floor_of(moment, Window.DAY, zone)
        return day + (moment - day) // HOUR * HOUR
    local = moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if window is Window.WEEK:
        local -= timedelta(days=local.weekday())
    return local.astimezone(UTC)


def next_of(start: datetime, window: Window, zone: ZoneInfo) -> datetime:
    """The start, in UTC, of the window after the one that starts at `start`."""
    if window is Window.HOUR:
        day = floor_of(start, Window.DAY, zone)
        return min(start + HOUR, next_of(day, Window.DAY, zone))
    days = 1 if window is Window.DAY else 7
    # A wall-clock step: the same local midnight, 23 to 25 hours later. Noon keeps clear of gaps at midnight.
    noon = start.astimezone(zone) + timedelta(hours=12)
    return (noon + timedelta(days=days)).replace(hour=0, minute=0, fold=0, second=0, microsecond=0).astimezone(UTC)


def spans(window: Window, span: Span, zone: ZoneInfo, *, most: int) -> tuple[Span, ...]:
    """Every whole window of `zone` that overlaps `span`, in order. ValueError when there are more than `most`."""
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
