"""What can be watched, and what waits for whoever listens to it."""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from resolvers.data.dataloaders import Loaders
from stores.ports.signals import Signals
from stores.ports.stores import Stores

E = TypeVar("E")


class SharedTopic(Protocol[E]):
    """Something that changes. It keeps what was seen at the last look, and is not changed by one that fails."""

    @property
    def store(self) -> str:
        """The store that signals."""

    @property
    def pause(self) -> timedelta:
        """How long to wait after a look: signals that come meanwhile are looked into at once."""

    def signals(self, stores: Stores) -> Signals:
        """The hints that it changed."""

    async def look(self, loaders: Loaders, keys: frozenset[str] | None, *, now: datetime) -> Sequence[E]:
        """What changed since the last look. `keys`: what was signalled; none: time has passed; None: anything."""

    def state(self) -> Sequence[E]:
        """What whoever joins begins with, as of the last look."""

    def due(self) -> datetime | None:
        """When time alone will have changed it."""

    def key_of(self, event: E) -> Hashable:
        """An event takes the place of a waiting one with the same key."""


class Subscriber(Generic[E]):
    """An async iterator of events. Of each key only the latest waits, so what waits is bounded by the keys."""

    __slots__ = ("_ended", "_error", "_filled", "_key_of", "_waiting")

    def __init__(self, key_of: Callable[[E], Hashable]) -> None:
        self._key_of = key_of
        self._waiting: dict[Hashable, E] = {}
        self._filled = asyncio.Event()
        self._ended = False
        self._error: BaseException | None = None

    def offer(self, event: E) -> None:
        key = self._key_of(event)
        self._waiting.pop(key, None)
        self._waiting[key] = event
        self._filled.set()

    def end(self, error: BaseException | None) -> None:
        """It ends: by an error, or because nothing more will come."""
        self._ended = True
        self._error = error
        self._filled.set()

    def __aiter__(self) -> "Subscriber[E]":
        return self

    async def __anext__(self) -> E:
        await self._filled.wait()
        if self._ended:
            raise self._error or StopAsyncIteration
        event = self._waiting.pop(next(iter(self._waiting)))
        if not self._waiting:
            self._filled.clear()
        return event
