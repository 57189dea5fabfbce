"""Channels of messages, heard over one connection a process however many listen to however many of them."""

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
from stores.redis.client import reconnect_backoff, translated
from stores.redis.pubsub_connection import Line, open_line

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)
ENTER_WITHIN = 3.0


class Ear(Protocol[T_contra]):
    """Who listens to a channel. None of these calls may raise."""

    def hear(self, message: T_contra) -> None:
        """In the order in which they were sent."""

    def miss(self) -> None:
        """Some may not have come."""

    def wait(self) -> None:
        """The server is away: none may come for a while."""


class _Channel:
    """`parse`: what the ears of this channel hear, made of a message once for them all."""

    __slots__ = ("ears", "entering", "parse", "stands", "stood")

    def __init__(self, parse: Callable[[bytes], Any]) -> None:
        self.parse = parse
        self.ears: dict[Ear[Any], None] = {}
        self.entering: list[asyncio.Future[None]] = []
        self.stands = False
        self.stood = False

    def confirm(self) -> None:
        if self.stood:  # and did not in between
            self.miss()
        self.stands = self.stood = True
        for future in self.entering:
            if not future.done():
                future.set_result(None)

    def refuse(self, error: Exception) -> None:
        for future in self.entering:
            if not future.done():
                future.set_exception(error)

    def hear(self, message: bytes) -> None:
        try:
            heard = self.parse(message)
        except (StoreError, ValueError, LookupError, TypeError):
            self.miss()  # not ours, or another version's: who reads the state finds out
            return
        for ear in self.ears:
            ear.hear(heard)

    def miss(self) -> None:
        for ear in self.ears:
            ear.miss()


class PubSub:
    """Connects when someone listens, and hangs up when nobody does. After a loss it connects again for as long as it
    takes, and tells every ear. `silence`: after how long without a message the server is asked whether it is there."""

    def __init__(self, client: Redis, *, silence: timedelta = timedelta(seconds=5)) -> None:
        self._client = client
        self._silence = silence
        self._channels: dict[bytes, _Channel] = {}
        self._ears = 0
        self._new: dict[bytes, None] = {}
        self._left: dict[bytes, None] = {}
        self._changed = asyncio.Event()
        self._line: Line | None = None
        self._task: asyncio.Task[None] | None = None

    def listen(
        self, name: str, ear: Ear[T], *, parse: Callable[[bytes], T], store: str = "live"
    ) -> AbstractAsyncContextManager[None]:
        """Entered when the subscription stands: what is sent after that is heard. `Unavailable` and `TimedOut` on
        entering only. All ears of a channel have the same `parse`."""
        with translated(store):
            return _Listening(self, name.encode(), ear, parse, store)

    async def enter(self, key: bytes, ear: Ear[T], parse: Callable[[bytes], T]) -> None:
        channel = self._join(key, ear, parse)
        try:
            await self._stands(channel)
        except BaseException:
            await self.leave(key, ear)
            raise

    def _join(self, key: bytes, ear: Ear[T], parse: Callable[[bytes], T]) -> _Channel:
        channel = self._channels.get(key)
        if channel is None:
            channel = self._channels[key] = _Channel(parse)
            self._new[key] = None
            self._changed.set()
        channel.ears[ear] = None
        self._ears += 1
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="messages from Redis")
        return channel

    async def _stands(self, channel: _Channel) -> None:
        if channel.stands:
            return
        future = asyncio.get_running_loop().create_future()
        channel.entering.append(future)
        try:
            async with asyncio.timeout(ENTER_WITHIN):
                await future
        except builtins.TimeoutError:
            raise TimeoutError("no subscription in time") from None
        finally:
            channel.entering.remove(future)

    async def leave(self, key: bytes, ear: Ear[Any]) -> None:
        channel = self._channels[key]
        del channel.ears[ear]
        self._ears -= 1
        if not self._ears and self._task is not None:
            task, self._task, self._line = self._task, None, None
            self._channels = {}
            await cancel_and_wait([task])
        elif not channel.ears and self._line is None:
            del self._channels[key]
        elif not channel.ears:
            self._left[key] = None  # it stands until the server is told: who comes back before that finds it
            self._changed.set()

    async def _run(self) -> None:
        backoff = reconnect_backoff()
        while True:
            try:
                async with open_line(self._client) as line:
                    await self._serve(line)
            except Exception as error:  # a connection that breaks shows in many ways
                if self._task is not asyncio.current_task():
                    return  # a group's errors hide that it was cancelled
                if self._hung_up():
                    backoff.reset()
                else:
                    refusal = error if isinstance(error, RedisError) else ConnectionError("the connection was lost")
                    for channel in self._channels.values():
                        channel.refuse(refusal)
            await asyncio.sleep(backoff.next_delay().total_seconds())

    def _hung_up(self) -> bool:
        """Forget the line; whether there was one that anything stood on."""
        self._line = None
        stood = [channel for channel in self._channels.values() if channel.stands]
        for channel in stood:
            channel.stands = False
            for ear in channel.ears:
                ear.wait()
        self._channels = {key: channel for key, channel in self._channels.items() if channel.ears}
        return bool(stood)

    async def _serve(self, line: Line) -> None:
        self._line = line
        self._new, self._left = dict.fromkeys(self._channels), {}
        self._changed.set()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tell(line))
            tasks.create_task(line.watch(self._silence))
            while True:
                key, message = await line.next()
                channel = self._channels.get(key)
                if channel is not None and message is None:
                    channel.confirm()
                elif channel is not None and message is not None:
                    channel.hear(message)

    async def _tell(self, line: Line) -> None:
        """What is listened to, in as few commands as may be. In one task: the server's answers come in this order."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            left = [key for key in self._left if key in self._channels and not self._channels[key].ears]
            for key in left:
                del self._channels[key]
            new = [key for key in self._new if key in self._channels]
            self._new, self._left = {}, {}
            if left:
                await line.unsubscribe(left)
            if new:
                await line.subscribe(new)


class _Listening(AbstractAsyncContextManager[None]):
    """Not a generator: there is one for every subscription, and that has frames enough."""

    __slots__ = ("_channels", "_ear", "_key", "_parse", "_store")

    def __init__(self, channels: PubSub, key: bytes, ear: Ear[Any], parse: Callable[[bytes], Any], store: str) -> None:
        self._channels, self._key, self._ear, self._parse, self._store = channels, key, ear, parse, store

    async def __aenter__(self) -> None:
        with translated(self._store):
            await self._channels.enter(self._key, self._ear, self._parse)

    async def __aexit__(self, *_: object) -> None:
        await self._channels.leave(self._key, self._ear)
