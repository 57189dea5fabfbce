"""Announces writes to all processes, on a channel of the live store."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import timedelta

from stores.backoff import Backoff
from stores.cancellation import cancel_and_wait, cancel_requested
from stores.errors import StoreError, TimedOut, Unavailable
from stores.ports.live import Live

CHANGES_CHANNEL = "changes"
EVERYTHING = "*"
"""The message that every key may have changed."""
MOST_PENDING = 1_000
ANNOUNCE_SECONDS = 0.5
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=0.25), timedelta(seconds=5)


def message_of(store: str, key: str) -> str:
    """The message that a key of a store has changed."""
    return f"{store} {key}"


class Announcer:
    """Sends messages before a write is answered. Those that cannot be sent are sent again until they are, and the
    writes that follow do not wait for them."""

    def __init__(self, live: Live, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._live = live
        self._sleep = sleep
        self._pending: dict[str, None] = {}
        self._retry: asyncio.Task[None] | None = None
        self._attempts: set[asyncio.Task[None]] = set()

    async def announce(self, store: str, keys: Collection[str]) -> None:
        """Announce that these keys of a store have changed. Never raises for a failure of the live store. If the writer
        is cancelled, the announcement is sent nevertheless."""
        attempt = asyncio.create_task(self._attempt([message_of(store, key) for key in keys]))
        self._attempts.add(attempt)
        attempt.add_done_callback(self._attempts.discard)
        await asyncio.wait({attempt})

    async def aclose(self) -> None:
        """Send nothing more."""
        await cancel_and_wait([*self._attempts, *([] if self._retry is None else [self._retry])])

    async def _attempt(self, messages: list[str]) -> None:
        if self._retry is not None or not await self._sent(messages):
            self._later(messages)

    async def _sent(self, messages: Collection[str]) -> bool:
        """Whether there is nothing to send again."""
        try:
            async with asyncio.timeout(ANNOUNCE_SECONDS):
                await self._live.announce(CHANGES_CHANNEL, messages)
        except (Unavailable, TimedOut, TimeoutError):
            return False
        except StoreError:
            return True  # a key that the live store cannot express is no key of another store either
        except asyncio.CancelledError:
            if cancel_requested():
                raise
            return False  # the driver cancelled the call
        return True

    def _later(self, messages: Iterable[str]) -> None:
        self._pending.update(dict.fromkeys(messages))
        if len(self._pending) > MOST_PENDING:
            self._pending = {EVERYTHING: None}
        if self._retry is None:
            self._retry = asyncio.create_task(self._send_pending(), name="announcements of writes")

    async def _send_pending(self) -> None:
        backoff = Backoff(first=FIRST_RETRY, longest=LONGEST_RETRY)
        while self._pending:
            await self._sleep(backoff.next_delay().total_seconds())
            messages, self._pending = self._pending, {}
            if not await self._sent(messages):
                self._later(messages)
        self._retry = None
