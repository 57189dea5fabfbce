"""The port of the timeline: the interactions of learners by time. In InfluxDB by default.

The timeline only appends. The place of an event (`stores.domain.slots`) comes from the ledger, so a writer never reads
before it writes, and writes commute: in any order and any number of times they leave the same timeline.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from stores.domain.activity import ActivityCount
from stores.domain.calendar import Span
from stores.domain.events import Event, Verb
from stores.domain.paging import Page
from stores.ports.pinger import Pinger


class Timeline(Pinger, Protocol):
    """Events of the ledger, and tombstones of those that were voided. All given events have their slot."""

    async def append(self, events: Sequence[Event]) -> None:
        """Store events; any number at once. Idempotent, and commutes with `void`: a voided event stays voided.
        `Rejected`, if an event has no slot or could not be returned exactly (`event_validity.event_fault`): nothing is
        stored then."""

    async def void(self, events: Sequence[Event]) -> None:
        """Store these events as voided: no read returns or counts them from now on, whether they were appended before,
        are appended later, or never. Idempotent. `Rejected` as in `append`."""

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
        """Each learner's events by (millisecond, slot, course key), all descending, without voided ones; pages have no
        gaps and no repeats. `span`, `verbs` and `courses` restrict the events (None: no restriction; empty: no events).
        Learners without events are absent. `columns`: the attributes of the events that are read (None: all), beside
        those that are always read; the others have a neutral value (`event_columns`). `Rejected`: malformed cursor."""

    async def learner_counts(
        self, learner_ids: Sequence[str], *, span: Span, grain: timedelta, courses: Collection[str] | None
    ) -> Mapping[str, Sequence[ActivityCount]]:
        """Each learner's activity within the span, in intervals of the length `grain` (`activity.count_activity`), in
        order, without voided events. `grain` is a quarter of an hour or a minute; the edges of the span are multiples
        of it. Intervals and learners without activity are absent."""
