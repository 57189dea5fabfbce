"""The port of the timeline: the interactions of learners by time, and activity by quarter of an hour. In InfluxDB by
default."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from stores.domain.calendar import Span
from stores.domain.events import Event, Verb
from stores.domain.paging import Page
from stores.domain.timeline import Quarter
from stores.ports.pinger import Pinger


class Timeline(Pinger, Protocol):
    """Events and roll-ups. Quarters are UTC; REGISTERED, UNREGISTERED and VOIDED are stored, but count as no
    activity."""

    async def append(self, events: Sequence[Event]) -> None:
        """Store events and update the roll-ups of their quarters. Idempotent by event id; any number at once. Several
        events of a learner in one millisecond are all stored. `Rejected`, with nothing stored, if an event could not be
        returned exactly (`event_validity.event_fault`)."""

    async def remove(self, events: Sequence[Event]) -> None:
        """Delete these (voided) events and update the roll-ups. Unknown events are ignored."""

    def forget(self) -> None:
        """Drop what this process caches of stored events. The relay calls this when it gets new partitions, because
        other processes may have written since."""
        return

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
        """Each learner's events, newest first. Events of one millisecond have a stable order, so pages have no gaps and
        no repeats. `span`, `verbs` and `courses` restrict the events (None: no restriction; empty: no events). Learners
        without events are absent. `Rejected`: malformed cursor."""

    async def learner_quarters(
        self, learner_ids: Sequence[str], *, span: Span, courses: Collection[str] | None
    ) -> Mapping[str, Sequence[Quarter]]:
        """Each learner's quarters with activity that start within the span (a multiple of quarters), in order, counted
        from events. Quarters and learners without activity are absent."""

    async def course_quarters(self, course_keys: Sequence[str], *, span: Span) -> Mapping[str, Sequence[Quarter]]:
        """Each course's quarters with activity that start within the span, in order, from the roll-ups."""

    async def course_learners(
        self, course_keys: Sequence[str], *, windows: Sequence[Span]
    ) -> Mapping[str, Mapping[datetime, int]]:
        """How many distinct learners were active in each course in each window, by the start of the window, counted
        from events. Windows adjoin, consist of whole quarters and are at most a day long. Zero may be absent."""
