"""The source of `resumeMoved`: the resume point of a registration, until the learner withdraws."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

from resolvers.context import Context
from resolvers.data.access_paths import ENROLLMENTS, HOT_RESUME
from resolvers.data.dataloaders import Loaders
from resolvers.data.derived_paths import RESUME
from resolvers.subscriptions.first_of import FirstOf
from resolvers.subscriptions.progress import visible_enrollment
from stores.domain.progress import EnrollmentState
from stores.domain.sessions import ResumePoint
from stores.domain.updates import FeedKey, FeedKind, Update
from stores.ports.signals import Signals
from stores.ports.stores import Stores


@asynccontextmanager
async def resume_of_registration(context: Context, registration: UUID) -> AsyncIterator[AsyncIterator[ResumePoint]]:
    """The resume points of an enrolment. Entering raises FORBIDDEN if the viewer may not see it."""
    enrollment = await visible_enrollment(context, registration)
    async with context.peer.topics.subscribe(ResumePointTopic, registration, enrollment.learner_id) as points:
        yield points


class ResumePointTopic:
    """Where the learner continues in one enrolment. It ends when the learner withdraws."""

    store = "sessions"
    min_interval = timedelta(0)

    def __init__(self, registration: UUID, learner_id: str) -> None:
        self.ended = False
        self._registration = registration
        self._learner_id = learner_id
        self._point: ResumePoint | None = None

    def signals(self, stores: Stores) -> Signals:
        """That the hot resume point may have moved; None after a withdrawal."""
        return self._signals(stores)

    async def refresh(self, loaders: Loaders, keys: frozenset[str] | None, *, now: datetime) -> Sequence[ResumePoint]:
        """The new resume point, if it has moved."""
        if keys is None:
            point, enrollment = await asyncio.gather(
                self._stored(loaders), loaders.load(ENROLLMENTS, self._registration, ())
            )
            self.ended = enrollment is not None and enrollment.state is EnrollmentState.WITHDRAWN
        else:
            point = await self._moved(loaders)
        before, self._point = self._point, point
        return [] if self.ended or point is None or point == before else [point]

    def snapshot(self) -> Sequence[ResumePoint]:
        """The current resume point, if there is one."""
        return [] if self._point is None else [self._point]

    def next_change_at(self) -> datetime | None:
        """Resume points do not change by time."""
        return None

    def key_of(self, event: ResumePoint) -> UUID:
        """A newer point replaces one that waits."""
        return event.registration

    async def _moved(self, loaders: Loaders) -> ResumePoint | None:
        """Heartbeats and the relay only move the hot point forwards, so a later hot point is the latest. If it is not
        later, it was taken back, and the durable one counts as well."""
        hot, known = await loaders.load(HOT_RESUME, self._registration, ()), self._point
        if hot is not None and known is not None and (hot.at, hot.id) >= (known.at, known.id):
            return hot
        return await self._stored(loaders)

    async def _stored(self, loaders: Loaders) -> ResumePoint | None:
        """Raises `StoreError` if the hot point cannot be read: the durable one may be older than the last event."""
        _, point = await asyncio.gather(
            loaders.load(HOT_RESUME, self._registration, ()), loaders.load(RESUME, self._registration, ())
        )
        return point

    @asynccontextmanager
    async def _signals(self, stores: Stores) -> AsyncIterator[AsyncIterator[frozenset[str] | None]]:
        async with (
            stores.sessions.resume_signals(self._registration) as moves,
            stores.live.feed(FeedKey(FeedKind.LEARNER, self._learner_id), after=None) as updates,
            aclosing(self._withdrawals(updates)) as withdrawals,
            FirstOf[frozenset[str] | None](withdrawals, moves) as signals,
        ):
            yield signals

    async def _withdrawals(self, updates: AsyncIterator[Update]) -> AsyncGenerator[None, None]:
        async for update in updates:
            if update.registration == self._registration and update.state is EnrollmentState.WITHDRAWN:
                yield None
