"""The events of one subscription: each with loaders of its own, none after the viewer's token has expired."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

from resolvers.context import Context
from resolvers.errors import unauthenticated

Source = AbstractAsyncContextManager[AsyncIterator[Any]]
"""Entering it checks what may be watched and begins to listen; leaving it ends that."""


class Stream:
    """What a root field of Subscription returns. Made when listening has begun, so that whatever is wrong with the
    request is an error of the request, before there is a first event."""

    __slots__ = ("_context", "_events", "_listening")

    def __init__(self, context: Context, events: AsyncIterator[Any], listening: AsyncExitStack) -> None:
        self._context = context
        self._events = events
        self._listening = listening

    def __aiter__(self) -> "Stream":
        return self

    async def __anext__(self) -> Any:
        self._context.loaders.begin_event()  # what the event before had read is not kept while we wait
        limit = asyncio.timeout(self._left())
        try:
            async with limit:
                event = await anext(self._events)
        except TimeoutError:
            if limit.expired():
                raise unauthenticated() from None
            raise
        if self._context.viewer.expired(self._context.peer.now()):
            raise unauthenticated()
        return event

    async def aclose(self) -> None:
        """graphql-core calls it however the subscription ends."""
        await self._listening.aclose()

    def _left(self) -> float | None:
        """Seconds until the token expires."""
        expires = self._context.viewer.expires_at
        return None if expires is None else (expires - self._context.peer.now()).total_seconds()


async def opened(context: Context, source: Source) -> Any:
    """The stream of a source. Nothing suspends between here and the first event, so nothing is left open."""
    async with AsyncExitStack() as stack:
        events = await stack.enter_async_context(source)
        return Stream(context, events, stack.pop_all())
