"""Signals: hints that something changed, for whoever then looks again. They hold no state, and may come repeatedly."""

import asyncio

MOST = 1_000


class Mailbox:
    """What a listener has not looked at yet: the keys that were signalled, each once; or "all of them"."""

    __slots__ = ("_all", "_keys", "_woken")

    def __init__(self) -> None:
        self._keys: dict[str, None] = {}
        self._all = False
        self._woken: asyncio.Future[None] | None = None

    def put(self, key: str) -> None:
        if self._all:
            return
        self._keys[key] = None
        if len(self._keys) > MOST:
            self.put_all()
        self._wake()

    def put_all(self) -> None:
        """Signals may have been lost: everything may have changed."""
        self._all = True
        self._keys.clear()
        self._wake()

    def __aiter__(self) -> "Mailbox":
        return self

    async def __anext__(self) -> frozenset[str] | None:
        """The keys since the last time, at least one; None when anything may have changed. Never ends."""
        while not self._all and not self._keys:
            self._woken = asyncio.get_running_loop().create_future()
            try:
                await self._woken
            finally:
                self._woken = None
        found = None if self._all else frozenset(self._keys)
        self._all = False
        self._keys.clear()
        return found

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)
