"""Rebuild the activity of courses: recount it from the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from stores.domain.calendar import Span
from stores.domain.progress import Enrollment
from stores.domain.rebuilds import Rebuild
from stores.ports.stores import Stores


@dataclass(slots=True, kw_only=True)
class ActivityRebuild:
    """Counts whole registrations, each under its lock. `registrations`: how many were counted; `changed`: how many of
    them had other counts before."""

    kind: ClassVar = Rebuild.ACTIVITY
    stage: ClassVar = "activity counts"
    stores: Stores
    registrations: int = 0
    changed: int = 0

    async def rebuild(self, enrollments: Sequence[Enrollment], span: Span) -> None:
        """As `Rebuilder.rebuild`."""
        self.changed += await self.stores.activity.recount([row.registration for row in enrollments])
        self.registrations += len(enrollments)

    def summary(self) -> str:
        """As `Rebuilder.summary`."""
        return f"rebuilt the activity of {self.registrations:,} registrations, {self.changed:,} of them changed"
