"""Activity: how much is done in an interval of time, and which events count.

REGISTERED, UNREGISTERED and VOIDED are no activity (`events.NO_ACTIVITY`). Durations are added as they are reported,
session totals included.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from stores.domain.calendar import QUARTER, Span
from stores.domain.events import NO_ACTIVITY, Event
from stores.domain.paging import EPOCH


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityCount:
    """The activity in a short interval that begins at `start`: a quarter of an hour or a minute, in UTC."""

    start: datetime
    events: int
    active_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityWindow:
    """The activity in a window. `learners` is None if learners were not counted."""

    start: datetime
    end: datetime
    events: int
    learners: int | None
    active_ms: int


def sum_into_windows(counts: Sequence[ActivityCount], windows: Sequence[Span]) -> tuple[ActivityWindow, ...]:
    """The activity in each window, empty ones included; learners are not counted. Windows are sorted and adjoin; each
    of their edges is also an edge of the counts."""
    starts = [window.start for window in windows]
    events, active = [0] * len(windows), [0] * len(windows)
    for count in counts:
        place = bisect_right(starts, count.start) - 1
        if place >= 0 and count.start < windows[place].end:
            events[place] += count.events
            active[place] += count.active_ms
    return tuple(
        ActivityWindow(start=window.start, end=window.end, events=events[place], learners=None, active_ms=active[place])
        for place, window in enumerate(windows)
    )


def no_activity(windows: Sequence[Span], *, learners: bool) -> tuple[ActivityWindow, ...]:
    """These windows without any activity; `learners`: with 0 learners, else not counted."""
    none = 0 if learners else None
    return tuple(ActivityWindow(start=one.start, end=one.end, events=0, learners=none, active_ms=0) for one in windows)


def count_activity(events: Iterable[Event], *, grain: timedelta = QUARTER) -> tuple[ActivityCount, ...]:
    """The activity of these (live) events, in order, in each interval of the length `grain` that has any. `grain`
    divides a day; intervals begin at its multiples since 1970 in UTC."""
    counts: defaultdict[datetime, list[int]] = defaultdict(lambda: [0, 0])
    at, count = None, [0, 0]
    for event in events:
        if event.verb not in NO_ACTIVITY:
            if event.at != at:  # the events of a batch are often of one moment
                at = event.at
                count = counts[at - (at - EPOCH) % grain]
            count[0] += 1
            count[1] += event.duration_ms or 0
    return tuple(
        ActivityCount(start=start, events=count[0], active_ms=count[1]) for start, count in sorted(counts.items())
    )
