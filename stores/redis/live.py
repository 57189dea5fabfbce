"""Live in Redis: streams remember, and the same updates come at once on the streams' channels."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from functools import partial

from redis.asyncio import Redis

from stores.domain.outbox import Commit
from stores.domain.updates import FeedKey, Update
from stores.errors import TimedOut, Unavailable
from stores.feeds.listener import Listener
from stores.feeds.position import Place, lost, place_of
from stores.ports.live import Feed, Live
from stores.ports.signals import Signals
from stores.redis.client import reconnect_backoff, translated
from stores.redis.feeds import Feeds, Heard
from stores.redis.pubsub import PubSub
from stores.redis.signals import mailbox_on

READS_AT_ONCE = 8
"""Of listeners that catch up: when the connection was lost that is all of them, and other calls want their turn."""


class RedisLive(Live):
    """`prefix` begins every key and channel; `channels` are the client's, to be shared by its stores."""

    def __init__(self, client: Redis, *, prefix: str = "q:", channels: PubSub | None = None) -> None:
        self._client = client
        self._prefix = prefix
        self._channels = channels or PubSub(client)
        self._feeds = Feeds(client, prefix=prefix)
        self._reads = asyncio.Semaphore(READS_AT_ONCE)

    async def ping(self) -> None:
        with translated("live"):
            await self._client.ping()

    async def publish(self, commits: Sequence[Commit]) -> None:
        await self._feeds.publish(commits)

    def feed(self, feed_key: FeedKey, *, after: str | None) -> Feed:
        return self._listened(feed_key, after)

    @asynccontextmanager
    async def _listened(self, feed_key: FeedKey, after: str | None) -> AsyncIterator[Listener]:
        origin = None if after is None else place_of(feed_key, after)
        ear = _FeedEar()
        heard = partial(self._feeds.heard, feed_key)
        async with self._channels.listen(self._feeds.channel(feed_key), ear, parse=heard):
            if origin is None:
                epoch, start = await self._feeds.end(feed_key)
            else:
                epoch, start = origin
                await self._feeds.read(feed_key, epoch, start, 1)
            read = partial(self._read, feed_key, epoch)
            listener = Listener(feed_key.kind, read, start=start, behind=origin is not None or ear.stirred)
            ear.begin(listener, epoch)
            yield listener

    async def signal(self, channels: Collection[str]) -> None:
        if not channels:
            return
        with translated("live"):
            async with self._client.pipeline(transaction=False) as pipeline:
                for channel in channels:
                    pipeline.execute_command("PUBLISH", f"{self._prefix}s:{channel}", channel)
                await pipeline.execute()

    def signals(self, channel: str) -> Signals:
        return mailbox_on(self._channels, f"{self._prefix}s:{channel}", store="live")

    async def _read(self, feed_key: FeedKey, epoch: str, after: Place, most: int) -> Sequence[tuple[Place, Update]]:
        """As `Feeds.read`, but a backend that is away is waited for."""
        backoff = reconnect_backoff()
        while True:
            try:
                async with self._reads:
                    return await self._feeds.read(feed_key, epoch, after, most)
            except (Unavailable, TimedOut):
                await asyncio.sleep(backoff.next_delay().total_seconds())


class _FeedEar:
    """What a feed's listener hears of its channel. `stirred`: something came before the listener was there."""

    __slots__ = ("_epoch", "_listener", "stirred")

    def __init__(self) -> None:
        self._epoch = ""
        self._listener: Listener | None = None
        self.stirred = False

    def begin(self, listener: Listener, epoch: str) -> None:
        self._listener, self._epoch = listener, epoch

    def hear(self, message: Heard) -> None:
        if self._listener is None:
            self.stirred = True
        elif message.epoch == self._epoch:
            self._listener.offer(message.place, message.update)
        else:
            self._listener.fail(lost())

    def miss(self) -> None:
        if self._listener is None:
            self.stirred = True
        else:
            self._listener.lose()

    def wait(self) -> None:
        return None  # it reads on when it is back
