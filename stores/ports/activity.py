"""The port of activity: how much is done in courses, by quarter of an hour. Counted in the transactions of progress, so
it is part of the store of progress: CockroachDB or PostgreSQL.
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
        """Count the activity of these registrations again from the ledger, while their writers wait; return how many of
        them changed. Unknown registrations are ignored; repeating is harmless."""
