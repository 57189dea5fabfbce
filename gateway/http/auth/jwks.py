"""The keys of a JWKS URL, kept at hand.

The set is fetched when the first token needs it, again when it is older than the refresh interval (without a wait), and
at once when a token names an unknown key; at most every 30 s, whatever clients send. A failure keeps the last set.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from time import monotonic

from gateway.http.auth.jwks_request import JwksUnavailable
from gateway.http.auth.keys import SHARED_ALGORITHM, Key, KeySet

log = logging.getLogger("quadrangle.auth")
FORCED_SECONDS = 30.0
"""From one fetch to the next, at the least."""
FIRST_SECONDS = 1.0
"""The same while there is no key set yet."""


class RemoteKeys:
    """The keys that `fetch` returns, with one fetch at a time. `clock` is monotonic, in seconds."""

    def __init__(
        self,
        fetch: Callable[[], Awaitable[KeySet]],
        *,
        refresh: timedelta,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._fetch = fetch
        self._refresh = refresh.total_seconds()
        self._clock = clock
        self._keys: KeySet | None = None
        self._attempted_at = self._fetched_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def matching(self, key_id: str | None, algorithm: str) -> Sequence[Key]:
        if algorithm == SHARED_ALGORITHM:
            return ()
        found = self._at_hand(key_id, algorithm)
        now = self._clock()
        pause = FIRST_SECONDS if self._keys is None else FORCED_SECONDS
        stale = now - self._fetched_at >= self._refresh
        if (stale or not found) and self._fetching is None and now - self._attempted_at >= pause:
            self._attempted_at = now
            self._fetching = asyncio.create_task(self._read(), name="fetch of a JWKS")
        if not found and self._fetching is not None:
            await asyncio.shield(self._fetching)  # a client that leaves must not end the fetch of others
            found = self._at_hand(key_id, algorithm)
        return found

    def _at_hand(self, key_id: str | None, algorithm: str) -> Sequence[Key]:
        return () if self._keys is None else self._keys.now_matching(key_id, algorithm)

    async def _read(self) -> None:
        try:
            self._keys = await self._fetch()
            self._fetched_at = self._clock()
        except JwksUnavailable as error:
            kept = 0 if self._keys is None else len(self._keys.keys)
            log.warning("the JWKS cannot be read", extra={"reason": str(error), "keys_kept": kept})
        finally:
            self._fetching = None
