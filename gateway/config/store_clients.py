"""Database clients, shared by the ports that have the same URL."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import datetime
from typing import Any, TypeVar

from gateway.config.urls import Url

T = TypeVar("T")
Now = Callable[[], datetime]


class StoreClients:
    """The clients of one process. The stack on which they are opened closes them in reverse order."""

    def __init__(self, stack: AsyncExitStack, now: Now) -> None:
        self.now = now
        self._stack = stack
        self._open: dict[object, Any] = {}

    async def client_for(self, url: Url, open_client: Callable[[str], AbstractAsyncContextManager[T]]) -> T:
        """The client for a URL, opened by `open_client` on first use."""
        text = url.reveal()
        if (text, open_client) not in self._open:
            self._open[text, open_client] = await self._stack.enter_async_context(open_client(text))
        client: T = self._open[text, open_client]
        return client

    def shared(self, url: Url, make: Callable[..., T], *of: object) -> T:
        """An object that the ports at a URL share, made by `make(*of)` on first use."""
        key = (url.reveal(), make)
        if key not in self._open:
            self._open[key] = make(*of)
        made: T = self._open[key]
        return made
