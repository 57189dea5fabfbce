"""Shared topics: one task in the process for each topic that is subscribed to, however many subscribers it has.

The task runs while the topic has subscribers. It refreshes the topic after a signal, or when time alone changes it, and
offers the changes to all subscribers. It retries while a store is unavailable.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar

from resolvers.data.dataloaders import Loaders
from resolvers.data.guards import UNGUARDED, CallKind, Guards
from resolvers.data.store_calls import Failures
from resolvers.subscriptions.topic import SharedTopic, Subscriber
from stores.backoff import Backoff
from stores.cancellation import cancel_and_wait, cancel_requested
from stores.domain.queue_counts import QueueCounts
from stores.errors import StoreError, Unavailable
from stores.ports.signals import Signals
from stores.ports.stores import Stores

E = TypeVar("E")
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=0.25), timedelta(seconds=5)
"""The delays before a topic is refreshed again while a store is unavailable."""


class TopicRegistry:
    """The running topics of a process. `sleep` and `now` are the clock; tests pass their own. `counts`: what the queues
    of all subscribers replaced and dropped."""

    def __init__(
        self,
        stores: Stores,
        *,
        deadlines: Mapping[str, timedelta],
        failures: Failures,
        guards: Guards = UNGUARDED,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.stores = stores
        self.now = now
        self.sleep = sleep
        self.counts = QueueCounts()
        self._deadlines = deadlines
        self._failures = failures
        self._guards = guards
        self._running: dict[Hashable, RunningTopic] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def loaders(self) -> Loaders:
        """Fresh loaders for one refresh of a topic, whose values do not depend on a viewer."""
        return Loaders(
            stores=self.stores,
            deadlines=self._deadlines,
            failures=self._failures,
            guards=self._guards,
            now=self.now,
        )

    def subscribe(
        self, kind: Callable[..., SharedTopic[E]], *key: Hashable
    ) -> AbstractAsyncContextManager[AsyncIterator[E]]:
        """Subscribe to the topic `kind(*key)`: its snapshot comes first, then each change.

        Entering raises the topic's `StoreError` if its last refresh failed.
        """
        return self._subscribed(kind, key)

    @asynccontextmanager
    async def _subscribed(self, kind: Callable[..., SharedTopic[Any]], key: tuple[Hashable, ...]) -> AsyncIterator[Any]:
        running = self._running.get((kind, key))
        if running is None:
            running = self._running[kind, key] = RunningTopic(self, kind(*key))
            running.task.add_done_callback(lambda _: self._forget((kind, key), running))
        subscriber = running.add()
        try:
            await running.refreshed.wait()
            running.begin(subscriber)
            yield subscriber
        finally:
            running.remove(subscriber)
            if not running.in_use:
                self._forget((kind, key), running)
                ending = asyncio.create_task(cancel_and_wait([running.task]))
                self._ending.add(ending)
                ending.add_done_callback(self._ending.discard)

    def _forget(self, name: Hashable, running: "RunningTopic") -> None:
        """The next subscriber starts the topic again."""
        if self._running.get(name) is running:
            del self._running[name]

    async def aclose(self) -> None:
        """End all topics. Their subscriptions complete."""
        await cancel_and_wait([running.task for running in self._running.values()])
        if self._ending:
            await asyncio.wait(self._ending)


class RunningTopic:
    """A topic, the task that refreshes it, and its subscribers.

    `refreshed`: set after the first refresh, failed or not. `fault`: why the last refresh failed.
    """

    def __init__(self, registry: TopicRegistry, topic: SharedTopic[Any]) -> None:
        self.topic = topic
        self.refreshed = asyncio.Event()
        self.fault: BaseException | None = None
        self._registry = registry
        self._joined: set[Subscriber[Any]] = set()
        self._begun: set[Subscriber[Any]] = set()
        self.task = asyncio.create_task(self._run(), name=f"topic {type(topic).__name__}")
        self.task.add_done_callback(self._end)

    @property
    def in_use(self) -> bool:
        """Whether it has subscribers, those that wait for the first refresh included."""
        return bool(self._joined)

    def add(self) -> Subscriber[Any]:
        """A new subscriber. It keeps the topic running, and receives events after `begin`."""
        subscriber = Subscriber[Any](self.topic.key_of, self._registry.counts)
        self._joined.add(subscriber)
        return subscriber

    def begin(self, subscriber: Subscriber[Any]) -> None:
        """Offer the snapshot to a subscriber, and all changes from now on. Raises `fault`."""
        if self.fault is not None:
            raise self.fault.with_traceback(None)
        self._begun.add(subscriber)
        for event in self.topic.snapshot():
            subscriber.offer(event)
        if self.task.done():
            subscriber.end(None)

    def remove(self, subscriber: Subscriber[Any]) -> None:
        """Offer it no more events."""
        self._joined.discard(subscriber)
        self._begun.discard(subscriber)

    async def _run(self) -> None:
        # A task that ends by CancelledError keeps its frames, which refer to the task: a cycle for each topic.
        with suppress(asyncio.CancelledError):
            await self._follow()

    async def _follow(self) -> None:
        backoff = Backoff(first=FIRST_RETRY, longest=LONGEST_RETRY)
        while True:
            try:
                async with AsyncExitStack() as stack:
                    signals = await self._listen(stack, self.topic.signals(self._registry.stores))
                    await self._refresh(None)
                    backoff.reset()
                    while not self.topic.ended:
                        if self.topic.min_interval:
                            await self._registry.sleep(self.topic.min_interval.total_seconds())
                        await self._refresh(await self._signalled(signals))
                    return
            except asyncio.CancelledError:
                # Only `cancel_requested` ends the topic. A driver's own cancellation would complete all subscriptions.
                if cancel_requested():
                    raise
                self._fail(Unavailable(self.topic.store, "the driver cancelled the call"))
            except StopAsyncIteration:
                self._fail(Unavailable(self.topic.store, "the signals ended"))
            except StoreError as error:
                self._fail(error)
            await self._registry.sleep(backoff.next_delay().total_seconds())

    async def _listen(self, stack: AsyncExitStack, signals: Signals) -> AsyncIterator[frozenset[str] | None]:
        entering = stack.enter_async_context(signals)
        return await self._registry.loaders().call(self.topic.store, "signals", 1, entering, kind=CallKind.READ)

    async def _refresh(self, keys: frozenset[str] | None) -> None:
        loaders = self._registry.loaders()
        try:
            changes = await self.topic.refresh(loaders, keys, now=self._registry.now())
        finally:
            loaders.forget()  # cuts the cycle of loaders and cache
        self.fault = None
        self.refreshed.set()
        for event in changes:
            for subscriber in self._begun:
                subscriber.offer(event)

    async def _signalled(self, signals: AsyncIterator[frozenset[str] | None]) -> frozenset[str] | None:
        """The keys of the next signals; an empty set if the topic's next change is due before them."""
        due = self.topic.next_change_at()
        if due is None:
            return await anext(signals)
        left = max(0.0, (due - self._registry.now()).total_seconds())
        signalled = asyncio.ensure_future(anext(signals))
        passed = asyncio.ensure_future(self._registry.sleep(left))
        try:
            await asyncio.wait({signalled, passed}, return_when=asyncio.FIRST_COMPLETED)
            return signalled.result() if signalled.done() else frozenset()
        finally:
            await cancel_and_wait({signalled, passed})

    def _fail(self, error: StoreError) -> None:
        self.fault = error
        self.refreshed.set()

    def _end(self, task: "asyncio.Task[None]") -> None:
        """The task has ended: the topic ended, the process closes, or an unexpected error occurred."""
        error = None if task.cancelled() else task.exception()
        self.fault = error or self.fault
        self.refreshed.set()
        for subscriber in self._begun:
            subscriber.end(error)
