"""Signals: hints that something changed, for whoever then looks again. They hold no state, and may come repeatedly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

MOST = 1_000


class Mailbox:
    """What a listener has not looked at yet: the keys that were signalled, each once; or "all of them"."""

    def __init__(self) -> None:
        self._keys: dict[str, None] = {}
        self._all = False
        self._filled = asyncio.Event()

    def put(self, key: str) -> None:
        self._keys[key] = None
        if len(self._keys) > MOST:
            self.put_all()
        self._filled.set()

    def put_all(self) -> None:
        """Signals may have been lost: everything may have changed."""
        self._all = True
        self._keys.clear()
        self._filled.set()

    def __aiter__(self) -> "Mailbox":
        return self

    async def __anext__(self) -> frozenset[str] | None:
        """The keys since the last time, at least one; None when anything may have changed. Never ends."""
        await self._filled.wait()
        self._filled.clear()
        found = None if self._all else frozenset(self._keys)
        self._all = False
        self._keys.clear()
        return found


Signals: TypeAlias = AbstractAsyncContextManager[AsyncIterator[frozenset[str] | None]]
"""Entered when listening has begun: a change after that is signalled."""
