"""Signals: hints that something changed, after which the reader looks at the state. They hold no state themselves."""

import asyncio

MAX_KEYS = 1_000


class Mailbox:
    """An async iterator of the keys that were signalled since the last step, each once. Beyond `MAX_KEYS` keys it
    reports "any" instead."""

    __slots__ = ("_all", "_keys", "_woken")

    def __init__(self) -> None:
        self._keys: dict[str, None] = {}
        self._all = False
        self._woken: asyncio.Future[None] | None = None

    def put(self, key: str) -> None:
        """Signal one key."""
        if self._all:
            return
        self._keys[key] = None
        if len(self._keys) > MAX_KEYS:
            self.put_all()
        self._wake()

    def put_all(self) -> None:
        """Signal every key: signals may have been lost."""
        self._all = True
        self._keys.clear()
        self._wake()

    def __aiter__(self) -> "Mailbox":
        return self

    async def __anext__(self) -> frozenset[str] | None:
        """Wait for signals. Returns their keys, at least one, or None if any key may have changed. Never ends."""
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
