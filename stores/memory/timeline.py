"""The timeline in dicts of events: the reference implementation of the port. Every answer is computed from the
events."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from stores.domain.activity import ActivityCount, count_activity
from stores.domain.calendar import Span
from stores.domain.event_columns import partial_event, read_columns
from stores.domain.event_validity import check_events
from stores.domain.events import Event, Verb
from stores.domain.paging import Page, page_of
from stores.domain.slots import Place, cursor_of, place_of, position_of
from stores.ports.timeline import Timeline

Key = tuple[Place, UUID]
"""The place and the registration of an event: its key among the events of a learner."""


class MemoryTimeline(Timeline):
    """The timeline of one process."""

    def __init__(self) -> None:
        self._events: defaultdict[str, dict[Key, Event]] = defaultdict(dict)
        self._voided: defaultdict[str, set[Key]] = defaultdict(set)

    async def ping(self) -> None:
        return None

    async def append(self, events: Sequence[Event]) -> None:
        self._store(events)

    async def void(self, events: Sequence[Event]) -> None:
        for event, key in self._store(events):
            self._voided[event.learner_id].add(key)

    async def by_learners(
        self,
        learner_ids: Sequence[str],
        *,
        span: Span | None,
        verbs: Collection[Verb] | None,
        courses: Collection[str] | None,
        after: str | None,
        first: int,
        columns: Collection[str] | None = None,
    ) -> Mapping[str, Page[Event]]:
        passed = None if after is None else position_of(after)
        names = read_columns(columns)
        pages = {}
        for learner_id in learner_ids:
            rows = [
                partial_event(**{name: getattr(event, name) for name in names})
                for event in sorted(self._live(learner_id, span, courses), key=_order, reverse=True)
                if (verbs is None or event.verb in verbs) and (passed is None or _order(event) < passed)
            ]
            if rows:
                pages[learner_id] = page_of(rows, cursor_of, first)
        return pages

    async def learner_counts(
        self, learner_ids: Sequence[str], *, span: Span, grain: timedelta, courses: Collection[str] | None
    ) -> Mapping[str, Sequence[ActivityCount]]:
        counts = {key: count_activity(self._live(key, span, courses), grain=grain) for key in learner_ids}
        return {key: found for key, found in counts.items() if found}

    def _store(self, events: Sequence[Event]) -> Sequence[tuple[Event, Key]]:
        check_events(events, store="timeline")
        keyed = [(event, (place_of(event), event.registration)) for event in events]
        for event, key in keyed:
            self._events[event.learner_id].setdefault(key, event)
        return keyed

    def _live(self, learner_id: str, span: Span | None, courses: Collection[str] | None) -> list[Event]:
        voided = self._voided.get(learner_id, ())
        return [
            event
            for key, event in self._events.get(learner_id, {}).items()
            if key not in voided
            and (span is None or span.start <= event.at < span.end)
            and (courses is None or event.course_key in courses)
        ]


def _order(event: Event) -> tuple[int, int, str]:
    return (*place_of(event), event.course_key)
