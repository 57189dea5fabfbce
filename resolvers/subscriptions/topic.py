"""What a shared topic must provide, and the queue of each of its subscribers."""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from resolvers.data.dataloaders import Loaders
from stores.domain.queue_counts import QueueCounts
from stores.ports.signals import Signals
from stores.ports.stores import Stores

E = TypeVar("E")


class SharedTopic(Protocol[E]):
    """State that all subscribers to the same thing share. It holds what the last successful refresh read."""

    @property
    def store(self) -> str:
        """The name of the store that signals changes."""

    @property
    def min_interval(self) -> timedelta:
        """The least time between two refreshes. Signals that arrive in between cause one refresh after it."""

    @property
    def ended(self) -> bool:
        """Whether no further event is possible: all subscriptions complete."""

    def signals(self, stores: Stores) -> Signals:
        """Signals that the state may have changed."""

    async def refresh(self, loaders: Loaders, keys: frozenset[str] | None, *, now: datetime) -> Sequence[E]:
        """Read what may have changed and return the changes, oldest first. Raises `StoreError`, leaving the state.

        `keys`: those that were signalled; empty if `next_change_at` has passed; None if anything may have changed.
        """

    def snapshot(self) -> Sequence[E]:
        """The first events of a new subscriber: the state as of the last refresh."""

    def next_change_at(self) -> datetime | None:
        """When the state will change without a signal, None if it will not."""

    def key_of(self, event: E) -> Hashable:
        """The key of an event. A waiting event with the same key is replaced by a newer one."""


class Subscriber(Generic[E]):
    """The queue of one subscriber: an async iterator of events.

    It holds only the latest event of each key, so its size is bounded by the number of keys. `counts` counts the events
    that a newer one replaced, and those that the end dropped.
    """

    __slots__ = ("_counts", "_ended", "_error", "_filled", "_key_of", "_waiting")

    def __init__(self, key_of: Callable[[E], Hashable], counts: QueueCounts) -> None:
        self._key_of = key_of
        self._counts = counts
        self._waiting: dict[Hashable, E] = {}
        self._filled = asyncio.Event()
        self._ended = False
        self._error: BaseException | None = None

    def offer(self, event: E) -> None:
        """Enqueue an event, in place of a waiting one with the same key."""
        key = self._key_of(event)
        if self._waiting.pop(key, None) is not None:
            self._counts.coalesced += 1
        self._waiting[key] = event
        self._filled.set()

    def end(self, error: BaseException | None) -> None:
        """End the iteration at once, by an error or (None) normally. Waiting events are dropped."""
        self._ended = True
        self._counts.dropped += len(self._waiting)
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
