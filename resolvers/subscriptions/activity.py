"""The topic of `courseActivity`: the bucket of the current window of a course, in UTC, and of the window before."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from resolvers.data.access_paths import COURSE_ACTIVITY, CourseActivityArgs
from resolvers.data.dataloaders import Loaders
from stores.domain import calendar
from stores.domain.activity import ActivityWindow
from stores.domain.calendar import Span, Window
from stores.domain.updates import activity_channel
from stores.ports.signals import Signals
from stores.ports.stores import Stores

LATE = timedelta(minutes=1)
"""A finished window is read again until this long after its end: its last events may still be on their way."""
UTC = calendar.zone_named("UTC")


class CourseActivityTopic:
    """The activity in one course, in windows of one length. `learners`: its distinct learners are counted, too."""

    store = "live"
    min_interval = timedelta(seconds=1)
    ended = False

    def __init__(self, course: str, window: Window, learners: bool) -> None:
        self._course = course
        self._window = window
        self._learners = learners
        self._current: ActivityWindow | None = None
        self._finished: ActivityWindow | None = None

    def signals(self, stores: Stores) -> Signals:
        """That the relay published commits of the course with activity."""
        return stores.live.signals(activity_channel(self._course))

    async def refresh(
        self, loaders: Loaders, keys: frozenset[str] | None, *, now: datetime
    ) -> Sequence[ActivityWindow]:
        """The buckets that changed. At the end of a window, its final bucket and that of the next window."""
        start = calendar.floor_of(now, self._window, UTC)
        current = Span(start, calendar.next_of(start, self._window, UTC))
        over = self._current is not None and self._current.start != start
        before = self._current if over else self._finished
        spans = [current]
        if before is not None and (over or now < before.end + LATE):
            spans.append(Span(before.start, before.end))
        found, *finished = await asyncio.gather(*(self._bucket(loaders, span) for span in spans))
        changes = [bucket for bucket in finished if over or bucket != before]
        if found != self._current:
            changes.append(found)
        self._current, self._finished = found, finished[0] if finished else None
        return changes

    def snapshot(self) -> Sequence[ActivityWindow]:
        """The bucket of the current window."""
        return [] if self._current is None else [self._current]

    def next_change_at(self) -> datetime | None:
        """The end of the current window."""
        return None if self._current is None else self._current.end

    def key_of(self, event: ActivityWindow) -> datetime:
        """A newer bucket of the same window replaces one that waits."""
        return event.start

    async def _bucket(self, loaders: Loaders, span: Span) -> ActivityWindow:
        args = CourseActivityArgs((span,), learners=self._learners)
        found = await loaders.load(COURSE_ACTIVITY, self._course, args) or ()
        return found[0]
