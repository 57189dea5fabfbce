"""The revocations in force, as this process knows them: read each second, and at once after a signal."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from time import monotonic

from gateway.http.auth.open_streams import OpenStreams
from resolvers.data.store_calls import Failures
from resolvers.viewer import Viewer
from stores.cancellation import cancel_and_wait
from stores.domain.revocations import RECENT, REVOKED_CHANNEL, Revocation, RevocationKind
from stores.errors import StoreError, as_store_error
from stores.ports.stores import Stores

log = logging.getLogger("quadrangle.auth")
INTERVAL_SECONDS = 1.0
STALE_SECONDS = 30.0
LOG_SECONDS = 60.0
"""From one line of an old list to the next. Why the store fails is in the log of stores."""
GAP_SECONDS = RECENT.total_seconds() / 2
COMPLETE_SECONDS = 3_600.0


class RevocationWatch:
    """Knows which viewers' tokens are revoked, and ends the streams of those and of expired ones.

    While the revocations cannot be read, the last list holds. `failures` counts the reads that failed. `clock` is
    monotonic, in seconds.
    """

    def __init__(
        self,
        stores: Stores,
        streams: OpenStreams,
        *,
        deadline: timedelta,
        health: Failures,
        now: Callable[[], datetime],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._stores = stores
        self._streams = streams
        self._deadline = deadline.total_seconds()
        self._health = health
        self._now = now
        self._clock = clock
        self._subjects: dict[str, Revocation] = {}
        self._tokens: dict[str, Revocation] = {}
        self._read_at: float | None = None
        self._complete_until = self._logged_at = float("-inf")
        self._wake = asyncio.Event()
        self.failures = 0

    def revoked(self, viewer: Viewer) -> bool:
        """Whether the viewer's token is revoked."""
        token = viewer.token
        if token is None:
            return False
        if token.id is not None and token.id in self._tokens:
            return True
        revocation = self._subjects.get(viewer.subject)
        if revocation is None:
            return False
        # `iat` often has whole seconds: a token of the same second may be older than the revocation.
        return token.issued_at is None or token.issued_at.replace(microsecond=0) <= revocation.revoked_at

    async def read(self) -> None:
        """Read the recent revocations; all at first, after a gap, and once an hour, to forget those that ended. Never
        raises for a failure of the store."""
        started = self._clock()
        complete = self._read_at is None or started - self._read_at > GAP_SECONDS or started >= self._complete_until
        revocations = self._stores.revocations
        try:
            async with asyncio.timeout(self._deadline):
                found = await (revocations.in_force(self._now()) if complete else revocations.recent())
        except (StoreError, TimeoutError) as error:
            self._failed(as_store_error("revocations", error))
            return
        if complete:
            self._subjects, self._tokens = {}, {}
            self._complete_until = started + COMPLETE_SECONDS
        for each in found:
            kept = self._subjects if each.kind is RevocationKind.SUBJECT else self._tokens
            kept[each.key] = each
        self._read_at = started

    def _failed(self, error: StoreError) -> None:
        self.failures += 1
        self._health.failed("revocations", error)
        now = self._clock()
        age = None if self._read_at is None else now - self._read_at
        if (age is None or age >= STALE_SECONDS) and now - self._logged_at >= LOG_SECONDS:
            self._logged_at = now
            log.warning(
                "revocations cannot be read: the last list holds",
                extra={"age_seconds": None if age is None else round(age), "failures": self.failures},
            )

    async def run(self) -> None:
        """Read again and again, and end streams. Runs until cancelled."""
        while True:
            await self._streams.end_where(self._is_over)
            try:
                async with asyncio.timeout(INTERVAL_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            await self.read()

    def _is_over(self, viewer: Viewer) -> bool:
        return viewer.expired(self._now()) or self.revoked(viewer)

    async def listen(self) -> None:
        """Let `run` read at once after a signal. Runs until cancelled."""
        while True:
            try:
                async with self._stores.live.signals(REVOKED_CHANNEL) as signals:
                    async for _ in signals:
                        self._wake.set()
            except StoreError:
                await asyncio.sleep(INTERVAL_SECONDS)


@asynccontextmanager
async def watching(watch: RevocationWatch) -> AsyncIterator[RevocationWatch]:
    """Read the revocations, then watch them until the block ends."""
    await watch.read()
    tasks = [
        asyncio.create_task(watch.run(), name="revocations of tokens"),
        asyncio.create_task(watch.listen(), name="signals of revocations"),
    ]
    try:
        yield watch
    finally:
        await cancel_and_wait(tasks)
