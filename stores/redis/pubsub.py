"""Pub/sub: one connection for all channels and subscribers of a process."""

import asyncio
import builtins
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from redis.asyncio import Redis
from redis.exceptions import ConnectionError, RedisError, TimeoutError

from stores.cancellation import cancel_and_wait
from stores.errors import StoreError
from stores.redis.client import reconnect_backoff, translate_errors
from stores.redis.pubsub_connection import PubSubConnection, open_pubsub_connection

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)
SUBSCRIBE_SECONDS = 3.0


class Subscriber(Protocol[T_contra]):
    """Receives the messages of a channel. Its methods must not raise."""

    def on_message(self, message: T_contra) -> None:
        """A message, in the order in which they were published."""

    def on_gap(self) -> None:
        """Messages may have been lost."""

    def on_disconnect(self) -> None:
        """The connection was lost. No message arrives until `on_gap`, which follows the reconnection."""


class _Channel:
    """The subscribers of a channel. `parse` decodes a message once for all of them."""

    __slots__ = ("confirmed", "parse", "subscribers", "waiting", "was_confirmed")

    def __init__(self, parse: Callable[[bytes], Any]) -> None:
        self.parse = parse
        self.subscribers: dict[Subscriber[Any], None] = {}
        self.waiting: list[asyncio.Future[None]] = []
        self.confirmed = False
        self.was_confirmed = False

    def confirm(self) -> None:
        if self.was_confirmed:  # a reconnection
            self.report_gap()
        self.confirmed = self.was_confirmed = True
        for future in self.waiting:
            if not future.done():
                future.set_result(None)

    def refuse(self, error: Exception) -> None:
        for future in self.waiting:
            if not future.done():
                future.set_exception(error)

    def deliver(self, message: bytes) -> None:
        try:
            parsed = self.parse(message)
        except (StoreError, ValueError, LookupError, TypeError):
            self.report_gap()  # of another version, or not ours: subscribers look at the state
            return
        for subscriber in self.subscribers:
            subscriber.on_message(parsed)

    def report_gap(self) -> None:
        for subscriber in self.subscribers:
            subscriber.on_gap()


class PubSub:
    """Connects while there are subscribers, and reconnects after a loss for as long as it takes.

    `silence`: after how long without a message the connection is checked.
    """

    def __init__(self, client: Redis, *, silence: timedelta = timedelta(seconds=5)) -> None:
        self._client = client
        self._silence = silence
        self._channels: dict[bytes, _Channel] = {}
        self._subscribers = 0
        self._to_subscribe: dict[bytes, None] = {}
        self._to_unsubscribe: dict[bytes, None] = {}
        self._changed = asyncio.Event()
        self._connection: PubSubConnection | None = None
        self._task: asyncio.Task[None] | None = None

    def listen(
        self, name: str, subscriber: Subscriber[T], *, parse: Callable[[bytes], T], store: str = "live"
    ) -> AbstractAsyncContextManager[None]:
        """Subscribe to a channel until the block ends. Entered when Redis has confirmed the subscription: messages
        published after that are received. `Unavailable` and `TimedOut`, with `store`, on entering only. All
        subscribers of a channel must give the same `parse`."""
        with translate_errors(store):
            return _Subscription(self, name.encode(), subscriber, parse, store)

    async def subscribe(self, key: bytes, subscriber: Subscriber[T], parse: Callable[[bytes], T]) -> None:
        """Add a subscriber and wait until Redis has confirmed its channel."""
        channel = self._add(key, subscriber, parse)
        try:
            await self._wait_confirmed(channel)
        except BaseException:
            await self.unsubscribe(key, subscriber)
            raise

    async def unsubscribe(self, key: bytes, subscriber: Subscriber[Any]) -> None:
        """Remove a subscriber. The last one closes the connection."""
        channel = self._channels[key]
        del channel.subscribers[subscriber]
        self._subscribers -= 1
        if not self._subscribers and self._task is not None:
            task, self._task, self._connection = self._task, None, None
            self._channels = {}
            await cancel_and_wait([task])
        elif not channel.subscribers and self._connection is None:
            del self._channels[key]
        elif not channel.subscribers:
            # The channel stays confirmed until UNSUBSCRIBE is sent; a subscriber that comes before that reuses it.
            self._to_unsubscribe[key] = None
            self._changed.set()

    def _add(self, key: bytes, subscriber: Subscriber[T], parse: Callable[[bytes], T]) -> _Channel:
        channel = self._channels.get(key)
        if channel is None:
            channel = self._channels[key] = _Channel(parse)
            self._to_subscribe[key] = None
            self._changed.set()
        channel.subscribers[subscriber] = None
        self._subscribers += 1
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="messages from Redis")
        return channel

    async def _wait_confirmed(self, channel: _Channel) -> None:
        if channel.confirmed:
            return
        future = asyncio.get_running_loop().create_future()
        channel.waiting.append(future)
        try:
            async with asyncio.timeout(SUBSCRIBE_SECONDS):
                await future
        except builtins.TimeoutError:
            raise TimeoutError("the subscription was not confirmed in time") from None
        finally:
            channel.waiting.remove(future)

    async def _run(self) -> None:
        backoff = reconnect_backoff()
        while True:
            try:
                async with open_pubsub_connection(self._client) as connection:
                    await self._serve(connection)
            except Exception as error:  # a connection that breaks raises many kinds of errors
                if self._task is not asyncio.current_task():
                    return  # an ExceptionGroup may hide the cancellation
                if self._disconnected():
                    backoff.reset()
                else:
                    refusal = error if isinstance(error, RedisError) else ConnectionError("the connection was lost")
                    for channel in self._channels.values():
                        channel.refuse(refusal)
            await asyncio.sleep(backoff.next_delay().total_seconds())

    def _disconnected(self) -> bool:
        """Forget the connection; returns whether it had a confirmed channel."""
        self._connection = None
        confirmed = [channel for channel in self._channels.values() if channel.confirmed]
        for channel in confirmed:
            channel.confirmed = False
            for subscriber in channel.subscribers:
                subscriber.on_disconnect()
        self._channels = {key: channel for key, channel in self._channels.items() if channel.subscribers}
        return bool(confirmed)

    async def _serve(self, connection: PubSubConnection) -> None:
        self._connection = connection
        self._to_subscribe, self._to_unsubscribe = dict.fromkeys(self._channels), {}
        self._changed.set()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._send_changes(connection))
            tasks.create_task(connection.watch(self._silence))
            while True:
                key, message = await connection.receive()
                channel = self._channels.get(key)
                if channel is not None and message is None:
                    channel.confirm()
                elif channel is not None and message is not None:
                    channel.deliver(message)

    async def _send_changes(self, connection: PubSubConnection) -> None:
        """Send subscriptions in as few commands as possible. One task sends them, so Redis confirms them in order."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            unused = [
                key for key in self._to_unsubscribe if key in self._channels and not self._channels[key].subscribers
            ]
            for key in unused:
                del self._channels[key]
            new = [key for key in self._to_subscribe if key in self._channels]
            self._to_subscribe, self._to_unsubscribe = {}, {}
            if unused:
                await connection.unsubscribe(unused)
            if new:
                await connection.subscribe(new)


class _Subscription(AbstractAsyncContextManager[None]):
    """Not a generator: every GraphQL subscription has one, and a class needs less memory."""

    __slots__ = ("_key", "_parse", "_pubsub", "_store", "_subscriber")

    def __init__(
        self, pubsub: PubSub, key: bytes, subscriber: Subscriber[Any], parse: Callable[[bytes], Any], store: str
    ) -> None:
        self._pubsub, self._key, self._subscriber = pubsub, key, subscriber
        self._parse, self._store = parse, store

    async def __aenter__(self) -> None:
        with translate_errors(self._store):
            await self._pubsub.subscribe(self._key, self._subscriber, self._parse)

    async def __aexit__(self, *_: object) -> None:
        await self._pubsub.unsubscribe(self._key, self._subscriber)
