"""Course activity in memory: counted from the ledger on every read. The reference implementation of the port."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from stores.domain.activity import ActivityCount, ActivityWindow, count_activity, sum_into_windows
from stores.domain.calendar import ALL_TIME, Span
from stores.domain.events import Event
from stores.domain.rebuilds import Rebuild
from stores.errors import Unavailable
from stores.memory.progress import MemoryProgress
from stores.ports.activity import Activity


class MemoryActivity(Activity):
    """The port over the ledger of `progress`."""

    def __init__(self, progress: MemoryProgress) -> None:
        self._progress = progress

    async def ping(self) -> None:
        return None

    async def by_courses(
        self, course_keys: Sequence[str], *, windows: Sequence[Span], learners: bool
    ) -> Mapping[str, Sequence[ActivityWindow]]:
        if not windows:
            return {}
        enrolled = await self._progress.enrollments_after(None, most=await self._progress.count_enrollments())
        course_of = {row.registration: row.course_key for row in enrolled if row.course_key in course_keys}
        counts = await self.by_registrations(list(course_of), span=Span(windows[0].start, windows[-1].end))
        quarters: defaultdict[str, list[ActivityCount]] = defaultdict(list)
        active: defaultdict[str, Counter[datetime]] = defaultdict(Counter)
        for registration, found in counts.items():
            course_key = course_of[registration]
            quarters[course_key] += found
            active[course_key].update(
                window.start for window in windows if any(window.start <= count.start < window.end for count in found)
            )
        return {
            key: [
                replace(window, learners=active[key][window.start] if learners else None)
                for window in sum_into_windows(found, windows)
            ]
            for key, found in quarters.items()
        }

    async def by_registrations(
        self, registrations: Sequence[UUID], *, span: Span
    ) -> Mapping[UUID, Sequence[ActivityCount]]:
        if await self._progress.rebuild_position(Rebuild.ACTIVITY) is not None:
            raise Unavailable("activity", "the activity is being recounted from the ledger")
        live: defaultdict[UUID, list[Event]] = defaultdict(list)
        for event in await self._progress.live_events(registrations, span=ALL_TIME):
            live[event.registration].append(event)
        found = {
            key: [count for count in count_activity(events) if span.start <= count.start < span.end]
            for key, events in live.items()
        }
        return {key: counts for key, counts in found.items() if counts}

    async def recount(self, registrations: Sequence[UUID]) -> int:
        return 0
