"""Timeline: every interaction of a learner by time, and how much went on. Owned by InfluxDB at first."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from stores.domain.calendar import Span
from stores.domain.events import Event, Verb
from stores.domain.paging import Page
from stores.domain.timeline import Quarter
from stores.ports.pinger import Pinger


class Timeline(Pinger, Protocol):
    async def append(self, events: Sequence[Event]) -> None:
        """Keep these events and bring the roll-ups of the touched quarters up to date. Idempotent by event id; any
        number at once; events of one learner in one millisecond are all kept. VOIDED events are events as any other.
        `Rejected`, with nothing kept: one that could not be given back exactly (`event_validity.event_fault`)."""

    async def remove(self, events: Sequence[Event]) -> None:
        """Take these events (voided ones) out again, and out of the roll-ups; unknown ones are no error."""

    def forget(self) -> None:
        """Drop what this process remembers of what is stored: others may have written since. A publisher says so when
        partitions of the outbox become its own."""
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
        """Each learner's events, newest first, those of one millisecond in an order that never changes: pages have no
        gap and no repeat. `span`, `verbs`, `courses` (None: all; empty: none) restrict them. Learners without any are
        absent. `Rejected`: malformed cursor."""

    async def learner_quarters(
        self, learner_ids: Sequence[str], *, span: Span, courses: Collection[str] | None
    ) -> Mapping[str, Sequence[Quarter]]:
        """Each learner's busy quarters that start within the span (given in whole quarters), in order, from raw
        events. Quiet ones and learners without any are absent."""

    async def course_quarters(self, course_keys: Sequence[str], *, span: Span) -> Mapping[str, Sequence[Quarter]]:
        """Each course's busy quarters that start within the span, in order, from the roll-ups."""

    async def course_learners(
        self, course_keys: Sequence[str], *, windows: Sequence[Span]
    ) -> Mapping[str, Mapping[datetime, int]]:
        """How many different learners did something in each course in each window (adjoining, whole quarters, none
        longer than a day), by the window's start, from raw events. Zero may be absent."""
