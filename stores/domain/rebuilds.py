"""Rebuilds: recompute data that is derived from the ledger, with a durable position.

A rebuild goes through all registrations in order, once for each pass. Only the timeline has several passes: newest
events first, so that recent pages are complete early.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from itertools import pairwise
from uuid import UUID

from stores.domain.calendar import ALL_TIME, Span


class Rebuild(Enum):
    """The kinds of derived data that can be rebuilt from the ledger."""

    PROGRESS = "PROGRESS"
    ACTIVITY = "ACTIVITY"
    TIMELINE = "TIMELINE"


PASS_AGES = (timedelta(weeks=1), timedelta(weeks=4), timedelta(weeks=16), timedelta(weeks=64))
"""The maximum age of the events of each pass over the timeline, at the start of the rebuild. One more pass has older
events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildPosition:
    """Where a rebuild is: in pass `number` (from 0), all registrations up to `after` are done. None: the pass begins.
    `started_at`: by the database's clock."""

    started_at: datetime
    number: int = 0
    after: UUID | None = None


def is_further(position: RebuildPosition, kept: RebuildPosition) -> bool:
    """Whether `position` is further than `kept`. False if they belong to different runs of the rebuild."""
    return position.started_at == kept.started_at and (
        position.number > kept.number
        or (
            (position.number == kept.number and position.after is not None)
            and (kept.after is None or position.after > kept.after)
        )
    )


def pass_spans(rebuild: Rebuild, started_at: datetime) -> tuple[Span, ...]:
    """The span of the events of each pass of a rebuild. Together the spans cover all of time."""
    ages = PASS_AGES if rebuild is Rebuild.TIMELINE else ()
    edges = [ALL_TIME.end, *(started_at - age for age in ages), ALL_TIME.start]
    return tuple(Span(start, end) for end, start in pairwise(edges))


def share_done(rebuild: Rebuild, position: RebuildPosition, *, done: int, total: int) -> float:
    """The share (0…1) of a rebuild that is done: `done` of `total` registrations in the pass of the position."""
    passes = len(pass_spans(rebuild, position.started_at))
    in_pass = min(1.0, done / total) if total else 0.0
    return min(1.0, (position.number + in_pass) / passes)
