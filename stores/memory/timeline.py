"""The timeline in a dict of events: the reference implementation of the port. Every answer is computed from the
events."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from stores.domain.calendar import QUARTER, Span
from stores.domain.event_validity import check_events
from stores.domain.events import NO_ACTIVITY, Event, Verb
from stores.domain.paging import EPOCH, TIMELINE, Page, page_of, to_ms
from stores.domain.timeline import Quarter
from stores.ports.timeline import Timeline

Order = tuple[int, str]


class MemoryTimeline(Timeline):
    """The timeline of one process."""

    def __init__(self) -> None:
        self._events: dict[UUID, Event] = {}
        self._of_learner: defaultdict[str, dict[UUID, Event]] = defaultdict(dict)
        self._of_course: defaultdict[str, dict[UUID, Event]] = defaultdict(dict)

    async def ping(self) -> None:
        return None

    async def append(self, events: Sequence[Event]) -> None:
        check_events(events, store="timeline")
        for event in events:
            if event.id not in self._events:
                self._events[event.id] = event
                self._of_learner[event.learner_id][event.id] = event
                self._of_course[event.course_key][event.id] = event

    async def remove(self, events: Sequence[Event]) -> None:
        for event in events:
            kept = self._events.pop(event.id, None)
            if kept is not None:
                del self._of_learner[kept.learner_id][kept.id]
                del self._of_course[kept.course_key][kept.id]

    def forget(self) -> None:
        """Nothing to forget: there is no other process."""

    async def by_learners(
        self,
        learner_ids: Sequence[str],
        *,
        span: Span | None,
        verbs: Collection[Verb] | None,
        courses: Collection[str] | None,
        after: str | None,
        first: int,
    ) -> Mapping[str, Page[Event]]:
        past = None if after is None else _mark(after)
        pages = {}
        for learner_id in learner_ids:
            rows = [
                event
                for event in sorted(self._events_of(learner_id), key=_order, reverse=True)
                if (span is None or _within(span, event))
                and (verbs is None or event.verb in verbs)
                and (courses is None or event.course_key in courses)
                and (past is None or _order(event) < past)
            ]
            if rows:
                pages[learner_id] = page_of(rows, (TIMELINE.encode(*_order(row)) for row in rows), first)
        return pages

    async def learner_quarters(
        self, learner_ids: Sequence[str], *, span: Span, courses: Collection[str] | None
    ) -> Mapping[str, Sequence[Quarter]]:
        busy = {
            key: _quarters(event for event in self._events_of(key) if courses is None or event.course_key in courses)
            for key in learner_ids
        }
        return _starting_within(span, busy)

    async def course_quarters(self, course_keys: Sequence[str], *, span: Span) -> Mapping[str, Sequence[Quarter]]:
        return _starting_within(span, {key: _quarters(self._of_course.get(key, {}).values()) for key in course_keys})

    async def course_learners(
        self, course_keys: Sequence[str], *, windows: Sequence[Span]
    ) -> Mapping[str, Mapping[datetime, int]]:
        return {
            key: {
                window.start: len(
                    {
                        event.learner_id
                        for event in self._of_course[key].values()
                        if event.verb not in NO_ACTIVITY and _within(window, event)
                    }
                )
                for window in windows
            }
            for key in course_keys
            if self._of_course.get(key)
        }

    def _events_of(self, learner_id: str) -> Iterable[Event]:
        return self._of_learner.get(learner_id, {}).values()


def _order(event: Event) -> Order:
    return to_ms(event.at), str(event.id)


def _mark(cursor: str) -> Order:
    ms, event_id = TIMELINE.decode(cursor)
    return int(ms), event_id


def _within(span: Span, event: Event) -> bool:
    return span.start <= event.at < span.end


def _quarters(events: Iterable[Event]) -> Sequence[Quarter]:
    counts: defaultdict[datetime, list[int]] = defaultdict(lambda: [0, 0])
    for event in events:
        if event.verb in NO_ACTIVITY:
            continue
        count = counts[event.at - (event.at - EPOCH) % QUARTER]
        count[0] += 1
        count[1] += event.duration_ms or 0
    return [Quarter(start=start, events=count[0], active_ms=count[1]) for start, count in sorted(counts.items())]


def _starting_within(span: Span, busy: Mapping[str, Sequence[Quarter]]) -> Mapping[str, Sequence[Quarter]]:
    within = {key: [one for one in quarters if span.start <= one.start < span.end] for key, quarters in busy.items()}
    return {key: quarters for key, quarters in within.items() if quarters}
