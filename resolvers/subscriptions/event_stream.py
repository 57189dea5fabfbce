"""The events of one subscription, until the viewer's token expires."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from resolvers.context import Context
from resolvers.errors import unauthenticated

Source = AbstractAsyncContextManager[AsyncIterator[Any]]
"""Entering it checks the viewer's permission and starts listening; leaving it stops listening."""


class EventStream:
    """The async iterator that a subscription's root field returns.

    Each event is executed with loaders that have cached nothing before it: this is the only place that clears those of
    the subscription, with which its source reads and graphql-core executes. A group has its own for each event.
    """

    __slots__ = ("_context", "_events", "_source")

    def __init__(self, context: Context, events: AsyncIterator[Any], source: Source) -> None:
        self._context = context
        self._events = events
        self._source: Source | None = source

    def __aiter__(self) -> "EventStream":
        return self

    async def __anext__(self) -> Any:
        """The next event. UNAUTHENTICATED once the token has expired, also while no event arrives."""
        self._context.loaders.begin_event()  # while it waits, it holds nothing of the last event
        limit = asyncio.timeout(self._seconds_left())
        try:
            async with limit:
                event = await anext(self._events)
        except TimeoutError:
            if limit.expired():
                raise unauthenticated() from None
            raise
        if self._context.viewer.expired(self._context.peer.now()):
            raise unauthenticated()
        self._context.loaders.begin_event()  # the event sees nothing that its source read before the wait
        return event

    async def aclose(self) -> None:
        """Stop listening. graphql-core calls it whenever the subscription ends."""
        source, self._source = self._source, None
        if source is not None:
            await source.__aexit__(None, None, None)

    def _seconds_left(self) -> float | None:
        """Until the token expires, None if it does not."""
        expires = self._context.viewer.expires_at
        return None if expires is None else (expires - self._context.peer.now()).total_seconds()


async def open_stream(context: Context, source: Source) -> Any:
    """Enter a source and return its events.

    The source is entered before the stream is returned, so that a refused request ends with its error before the first
    event. Nothing awaits between entering and returning, so a cancellation leaves no source open.
    """
    events = await source.__aenter__()  # the stream leaves it: an exit stack would take as much memory as the stream
    return context.peer.take_events(EventStream(context, events, source))
