"""Where a registration goes on, and when that moves."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

from resolvers.context import Context
from resolvers.data.access_paths import HOT_RESUME
from resolvers.data.dataloaders import Loaders
from resolvers.data.derived_paths import RESUME
from resolvers.subscriptions.progress import visible_enrollment
from stores.domain.progress import EnrollmentState
from stores.domain.sessions import ResumePoint
from stores.ports.signals import Signals
from stores.ports.stores import Stores


@asynccontextmanager
async def resume_of_registration(context: Context, registration: UUID) -> AsyncIterator[AsyncIterator[ResumePoint]]:
    await visible_enrollment(context, registration)
    async with (
        context.peer.topics.of(ResumePointTopic, registration) as points,
        aclosing(_until_withdrawn(context, registration, points)) as told,
    ):
        yield told


async def _until_withdrawn(
    context: Context, registration: UUID, points: AsyncIterator[ResumePoint]
) -> AsyncGenerator[ResumePoint, None]:
    async for point in points:
        context.loaders.begin_event()
        if (await visible_enrollment(context, registration)).state is EnrollmentState.WITHDRAWN:
            return
        yield point


class ResumePointTopic:
    store = "sessions"
    pause = timedelta(0)

    def __init__(self, registration: UUID) -> None:
        self._registration = registration
        self._point: ResumePoint | None = None

    def signals(self, stores: Stores) -> Signals:
        return stores.sessions.resume_signals(self._registration)

    async def look(self, loaders: Loaders, keys: frozenset[str] | None, *, now: datetime) -> Sequence[ResumePoint]:
        before = self._point
        self._point = await self._moved(loaders) if keys else await self._whole(loaders)
        return [] if self._point in (None, before) else [self._point]

    def state(self) -> Sequence[ResumePoint]:
        return [] if self._point is None else [self._point]

    def due(self) -> datetime | None:
        return None

    def key_of(self, event: ResumePoint) -> UUID:
        return event.registration

    async def _moved(self, loaders: Loaders) -> ResumePoint | None:
        """Heartbeats, and the relay with the events' positions, move the hot point on: one that is not behind what is
        known is the latest. Only one that was taken back makes us ask what is kept durably."""
        hot, known = await loaders.load(HOT_RESUME, self._registration, ()), self._point
        if hot is not None and known is not None and (hot.at, hot.id) >= (known.at, known.id):
            return hot
        return await self._whole(loaders)

    async def _whole(self, loaders: Loaders) -> ResumePoint | None:
        return await loaders.load(RESUME, self._registration, ())
