"""The port of activity: how much is done in courses, by quarter of an hour. The transactions of progress count it, so
the store of progress keeps it: CockroachDB or PostgreSQL.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from stores.domain.activity import ActivityCount, ActivityWindow
from stores.domain.calendar import Span
from stores.ports.pinger import Pinger


class Activity(Pinger, Protocol):
    """The activity of the live (not voided) events of the ledger, exact as of each commit."""

    async def by_courses(
        self, course_keys: Sequence[str], *, windows: Sequence[Span], learners: bool
    ) -> Mapping[str, Sequence[ActivityWindow]]:
        """Each course's activity in each of the windows, in their order, empty ones included. Windows are sorted,
        adjoin, and their edges are whole quarters of an hour. `learners`: also count the distinct registrations of each
        window, else `learners` is None. Courses without any activity may be absent. `Unavailable` while a recount is
        under way (`Rebuild.ACTIVITY`)."""

    async def by_registrations(
        self, registrations: Sequence[UUID], *, span: Span
    ) -> Mapping[UUID, Sequence[ActivityCount]]:
        """Each registration's quarters of an hour with activity that start within the span, in order. Registrations
        without activity are absent. `Unavailable` as in `by_courses`."""

    async def recount(self, registrations: Sequence[UUID]) -> int:
        """Recount the activity of these registrations from the ledger, and return how many changed. Locks each
        registration, so its writers wait. Unknown registrations are ignored. Idempotent."""
