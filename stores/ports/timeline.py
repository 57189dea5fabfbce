"""Timeline: every interaction of a learner by time, and how much went on. Owned by InfluxDB at first."""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from stores.ports.calendar import Span
from stores.ports.events import Event, Verb
from stores.ports.paging import Page, Pinger


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """What went on in one quarter of an hour (`start` is a multiple of 15 minutes of UTC)."""

    start: datetime
    events: int
    active_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What went on in one window. `learners` is null where it was not counted."""

    start: datetime
    end: datetime
    events: int
    learners: int | None
    active_ms: int


def gather(
    quarters: Sequence[Quarter], windows: Sequence[Span], *, learners: Mapping[datetime, int] | None
) -> tuple[Activity, ...]:
    """Quarters summed into windows (sorted, adjoining, none shorter than a quarter); empty windows are there, too.
    `learners`: distinct learners by a window's start, or None where they were not counted."""
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


class Timeline(Pinger, Protocol):
    async def append(self, events: Sequence[Event]) -> None:
        """Keep these events and bring the roll-ups of the touched quarters up to date. Idempotent by event id; any
        number at once; events of one learner in one millisecond are all kept. VOIDED events are events as any other.
        `Rejected`, with nothing kept: one that could not be given back exactly (`events.fault_in`)."""

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
