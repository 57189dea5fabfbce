"""Course activity in memory: counted from the ledger on every read. The reference implementation of the port."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from stores.domain.activity import ActivityCount, ActivityWindow, count_activity, sum_into_windows
from stores.domain.calendar import ALL_TIME, QUARTER, Span
from stores.domain.course_summary import CourseSummary, completions, group_of, stopped_at, summarize
from stores.domain.events import Event
from stores.domain.item_counts import ItemCounts, add_all, counts_change
from stores.domain.paging import EPOCH
from stores.domain.progress import Enrollment, EnrollmentState
from stores.domain.progress_projection import RegistrationState
from stores.domain.rebuilds import Rebuild
from stores.errors import Fault, Unavailable
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
        course_of = {
            row.registration: row.course_key for row in await self._enrolled() if row.course_key in course_keys
        }
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
            recounting = "the activity is being recounted from the ledger"
            raise Unavailable("activity", recounting, fault=Fault.REBUILDING)
        live: defaultdict[UUID, list[Event]] = defaultdict(list)
        for event in await self._progress.live_events(registrations, span=ALL_TIME):
            live[event.registration].append(event)
        found = {
            key: [count for count in count_activity(events) if span.start <= count.start < span.end]
            for key, events in live.items()
        }
        return {key: counts for key, counts in found.items() if counts}

    async def quarters_of_learners(
        self, learner_ids: Sequence[str], *, courses: Collection[str] | None
    ) -> Mapping[str, Sequence[int]]:
        learner_of = {
            row.registration: row.learner_id
            for row in await self._enrolled()
            if row.learner_id in learner_ids and (courses is None or row.course_key in courses)
        }
        found: defaultdict[str, set[int]] = defaultdict(set)
        for registration, counts in (await self.by_registrations(list(learner_of), span=ALL_TIME)).items():
            found[learner_of[registration]].update((count.start - EPOCH) // QUARTER for count in counts)
        return {key: sorted(quarters) for key, quarters in found.items()}

    async def summaries(self, course_keys: Sequence[str], *, items: bool, now: datetime) -> Mapping[str, CourseSummary]:
        states: defaultdict[str, list[RegistrationState]] = defaultdict(list)
        rows = {row.registration: row for row in await self._enrolled() if row.course_key in course_keys}
        courses, its = await self._progress.course_progress([*rows]), await self._progress.item_progress([*rows])
        for key, row in rows.items():
            state = RegistrationState(enrollment=row, course=courses[key], items=its.get(key, {}))
            states[row.course_key].append(state)
        counters: defaultdict[str, dict[str, ItemCounts]] = defaultdict(dict)
        changes = ((key, counts_change(None, state)) for key, of in states.items() for state in of)
        for (course_key, item_key), counts in add_all(changes).items():
            counters[course_key][item_key] = counts
        return {
            key: summarize(
                key,
                map(group_of, of),
                items=counters[key] if items else None,
                stopped=Counter(item for state in of if (item := stopped_at(state, now=now)) is not None),
            )
            for key, of in states.items()
        }

    async def completions(self, course_keys: Sequence[str], *, windows: Sequence[Span]) -> Mapping[str, Sequence[int]]:
        if not windows:
            return {}
        times: defaultdict[str, list[datetime]] = defaultdict(list)
        for row in await self._enrolled():
            if row.state is EnrollmentState.COMPLETED and row.completed_at is not None:
                times[row.course_key].append(row.completed_at)
        return {key: completions(times[key], windows) for key in course_keys if key in times}

    async def _enrolled(self) -> Sequence[Enrollment]:
        return await self._progress.enrollments_after(None, most=await self._progress.count_enrollments())

    async def recount(self, registrations: Sequence[UUID]) -> int:
        return 0
