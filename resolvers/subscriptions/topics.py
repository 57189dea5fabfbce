"""Watching: one task in the process for each thing that is watched, however many listen to it.

The task lives while anybody listens. It keeps the state for those who join, and looks again when a signal hints at a
change or when time alone makes one. A store that is away is waited for.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from resolvers.data.dataloaders import Failures, Loaders
from resolvers.subscriptions.topic import SharedTopic, Subscriber
from stores.cancellation import cancel_and_wait
from stores.errors import StoreError
from stores.ports.signals import Signals
from stores.ports.stores import Stores

E = TypeVar("E")
PATIENCE = (0.25, 0.5, 1.0, 2.0, 5.0)
"""Seconds from one attempt to look at a store that is away to the next."""


class TopicRegistry:
    """The process' watches. `sleep` is the time that passes: tests hand over one that they drive, as `now`."""

    def __init__(
        self,
        stores: Stores,
        *,
        deadlines: Mapping[str, timedelta],
        failures: Failures,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.stores = stores
        self.now = now
        self.sleep = sleep
        self._deadlines = deadlines
        self._failures = failures
        self._running: dict[Hashable, Watch] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def loaders(self) -> Loaders:
        """For one look: with a deadline, and a failure noted, as for any operation."""
        return Loaders(self.stores, self._deadlines, self._failures, None)

    def of(self, kind: Callable[..., SharedTopic[E]], *key: Hashable) -> AbstractAsyncContextManager[AsyncIterator[E]]:
        """Listen to `kind(*key)`: its state, then what changes. Entering raises the store's error while it is away."""
        return self._listened(kind, key)

    @asynccontextmanager
    async def _listened(self, kind: Callable[..., SharedTopic[Any]], key: tuple[Hashable, ...]) -> AsyncIterator[Any]:
        watch = self._running.get((kind, key))
        if watch is None:
            watch = self._running[kind, key] = Watch(self, kind(*key))
            watch.task.add_done_callback(lambda _: self._forget((kind, key), watch))
        listener = Subscriber(watch.subject.key_of)
        watch.waited_for.add(listener)
        try:
            await watch.looked.wait()
            watch.tell_state(listener)
            yield listener
        finally:
            watch.waited_for.discard(listener)
            watch.listeners.discard(listener)
            if not watch.waited_for:
                self._forget((kind, key), watch)
                ending = asyncio.create_task(cancel_and_wait([watch.task]))
                self._ending.add(ending)
                ending.add_done_callback(self._ending.discard)

    def _forget(self, name: Hashable, watch: "Watch") -> None:
        """The next listener starts a new watch."""
        if self._running.get(name) is watch:
            del self._running[name]

    async def aclose(self) -> None:
        """End all watches. Their listeners end, too."""
        await cancel_and_wait([watch.task for watch in self._running.values()])
        if self._ending:
            await asyncio.wait(self._ending)


class Watch:
    """A subject, its task, and who listens. `waited_for`: those who keep it going, before they are told anything, too.
    `fault`: why it cannot look just now."""

    def __init__(self, watches: TopicRegistry, subject: SharedTopic[Any]) -> None:
        self.subject = subject
        self.waited_for: set[Subscriber[Any]] = set()
        self.listeners: set[Subscriber[Any]] = set()
        self.looked = asyncio.Event()
        self.fault: BaseException | None = None
        self._watches = watches
        self.task = asyncio.create_task(self._run(), name=f"watch {type(subject).__name__}")
        self.task.add_done_callback(self._ended)

    def tell_state(self, listener: Subscriber[Any]) -> None:
        """From here on the listener is told of every change."""
        if self.fault is not None:
            raise self.fault.with_traceback(None)
        self.listeners.add(listener)
        for event in self.subject.state():
            listener.offer(event)
        if self.task.done():
            listener.end(None)

    async def _run(self) -> None:
        tries = 0
        while True:
            try:
                async with AsyncExitStack() as stack:
                    signals = await self._listen(stack, self.subject.signals(self._watches.stores))
                    await self._look(None)
                    tries = 0
                    while True:
                        if self.subject.pause:
                            await self._watches.sleep(self.subject.pause.total_seconds())
                        await self._look(await self._signalled(signals))
            except StoreError as error:
                self.fault = error
                self.looked.set()
            await self._watches.sleep(PATIENCE[min(tries, len(PATIENCE) - 1)])
            tries += 1

    async def _listen(self, stack: AsyncExitStack, signals: Signals) -> AsyncIterator[frozenset[str] | None]:
        entering = stack.enter_async_context(signals)
        return await self._watches.loaders().call(self.subject.store, "signals", 1, entering)

    async def _look(self, keys: frozenset[str] | None) -> None:
        changes = await self.subject.look(self._watches.loaders(), keys, now=self._watches.now())
        self.fault = None
        self.looked.set()
        for event in changes:
            for listener in self.listeners:
                listener.offer(event)

    async def _signalled(self, signals: AsyncIterator[frozenset[str] | None]) -> frozenset[str] | None:
        """What is signalled next; nothing, when time alone changes something before."""
        due = self.subject.due()
        if due is None:
            return await anext(signals)
        left = max(0.0, (due - self._watches.now()).total_seconds())
        signalled = asyncio.ensure_future(anext(signals))
        passed = asyncio.ensure_future(self._watches.sleep(left))
        try:
            await asyncio.wait({signalled, passed}, return_when=asyncio.FIRST_COMPLETED)
            return signalled.result() if signalled.done() else frozenset()
        finally:
            await cancel_and_wait({signalled, passed})

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """Cancelled, or by an error of ours: nobody must wait for ever."""
        error = None if task.cancelled() else task.exception()
        self.fault = error or self.fault
        self.looked.set()
        for listener in self.listeners:
            listener.end(error)
