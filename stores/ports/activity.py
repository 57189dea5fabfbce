"""The port of activity: what is counted of courses and learners. The transactions of progress count it, so the store of
progress keeps it: CockroachDB or PostgreSQL.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from stores.domain.activity import ActivityCount, ActivityWindow
from stores.domain.calendar import Span
from stores.domain.course_summary import CourseSummary
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

    async def quarters_of_learners(
        self, learner_ids: Sequence[str], *, courses: Collection[str] | None
    ) -> Mapping[str, Sequence[int]]:
        """The quarters of an hour in which each learner was active in one of `courses` (None: all), ascending: numbered
        from 1970 in UTC, as for `stores.domain.streak`. Learners without activity are absent. `Unavailable` as in
        `by_courses`."""

    async def summaries(self, course_keys: Sequence[str], *, items: bool, now: datetime) -> Mapping[str, CourseSummary]:
        """The numbers of each course at the time `now`, exact as of each commit. `items`: also those of each item.
        Courses without an enrolment are absent."""

    async def completions(self, course_keys: Sequence[str], *, windows: Sequence[Span]) -> Mapping[str, Sequence[int]]:
        """How many COMPLETED enrolments of each course were completed in each of the windows, which are sorted and
        adjoin. Courses without any may be absent."""

    async def recount(self, registrations: Sequence[UUID]) -> int:
        """Recount the activity of these registrations from the ledger, and return how many changed. Locks each
        registration, so its writers wait. Unknown registrations are ignored. Idempotent."""
