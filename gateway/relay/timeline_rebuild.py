"""Rebuild a timeline from the ledger, for example after InfluxDB lost its disk, or into a new layout."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gateway.relay.bisection import bisect_rejected
from stores.batches import DELIVERED_EVENTS, batched
from stores.domain.calendar import Span
from stores.domain.events import Event
from stores.domain.progress import Enrollment
from stores.domain.rebuilds import Rebuild
from stores.errors import Rejected
from stores.ports.stores import Stores

log = logging.getLogger("quadrangle.rebuild")


@dataclass(slots=True, kw_only=True)
class TimelineRebuild:
    """Appends the live events of the ledger, without the outbox.

    It needs no relay and may run beside gateways and relays that write, because appends and voids commute: an event
    that is voided after it was read here stays voided, whether the relay writes the tombstone before or after the
    event. Voided events are left out, so an empty timeline gets no dead points. `events`: how many were appended;
    `skipped`: how many the timeline cannot store.
    """

    kind: ClassVar = Rebuild.TIMELINE
    stage: ClassVar = "timelines"
    stores: Stores
    events: int = 0
    skipped: int = 0

    async def rebuild(self, enrollments: Sequence[Enrollment], span: Span) -> None:
        """As `Rebuilder.rebuild`."""
        events = await self.stores.progress.live_events([row.registration for row in enrollments], span=span)
        for batch in batched(events, DELIVERED_EVENTS):
            await bisect_rejected(batch, self.stores.timeline.append, on_rejected=self._skip)
        self.events += len(events)

    async def _skip(self, event: Event, error: Rejected) -> None:
        log.error("skipped an event that the timeline rejected", exc_info=error, extra={"event": str(event.id)})
        self.events -= 1
        self.skipped += 1

    def summary(self) -> str:
        """As `Rebuilder.summary`."""
        skipped = f"; {self.skipped:,} skipped: the timeline cannot store them" if self.skipped else ""
        return f"rebuilt the timeline: appended {self.events:,} events{skipped}"
