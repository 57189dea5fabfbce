"""Records of activity in the timeline: quarters of an hour and windows."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from stores.domain.calendar import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """The activity in a quarter of an hour. `start` is a multiple of 15 minutes of UTC; `active_ms` sums durations."""

    start: datetime
    events: int
    active_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """The activity in a window. `learners` is None if learners were not counted."""

    start: datetime
    end: datetime
    events: int
    learners: int | None
    active_ms: int


def sum_into_windows(
    quarters: Sequence[Quarter], windows: Sequence[Span], *, learners: Mapping[datetime, int] | None
) -> tuple[Activity, ...]:
    """The activity in each window, empty ones included. Windows are sorted, adjoin and are no shorter than a quarter.
    `learners`: distinct learners by the window's start, or None if they were not counted."""
    starts = [window.start for window in windows]
    events, active = [0] * len(windows), [0] * len(windows)
    for quarter in quarters:
        place = bisect_right(starts, quarter.start) - 1
        if place >= 0 and quarter.start < windows[place].end:
            events[place] += quarter.events
            active[place] += quarter.active_ms
    return tuple(
        Activity(
            start=window.start,
            end=window.end,
            events=events[place],
            learners=None if learners is None else learners.get(window.start, 0),
            active_ms=active[place],
        )
        for place, window in enumerate(windows)
    )
