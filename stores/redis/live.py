"""Live in Redis: streams store the updates of a feed, channels deliver them at once."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from redis.asyncio import Redis

from stores.domain.outbox import Commit
from stores.domain.queue_counts import QueueCounts
from stores.domain.updates import FeedKey
from stores.errors import TimedOut, Unavailable
from stores.feeds.feed_listener import FeedListener
from stores.feeds.feed_position import FeedEntry, FeedPosition, feed_lost, position_of
from stores.ports.live import Feed, Live
from stores.ports.signals import Signals
from stores.redis.client import reconnect_backoff, translate_errors
from stores.redis.feed_streams import FeedMessage, FeedStreams
from stores.redis.pubsub import PubSub
from stores.redis.signals import open_mailbox

CONCURRENT_READS = 8
"""After a lost connection all listeners read their feeds again; other commands need connections, too."""


class RedisLive(Live):
    """`prefix` begins every key and channel. `pubsub` is shared by the stores of one client."""

    def __init__(self, client: Redis, *, prefix: str = "q:", pubsub: PubSub | None = None) -> None:
        self._client = client
        self._prefix = prefix
        self._pubsub = pubsub or PubSub(client)
        self._streams = FeedStreams(client, prefix=prefix)
        self._reads = asyncio.Semaphore(CONCURRENT_READS)
        self.queues = QueueCounts()

    async def ping(self) -> None:
        with translate_errors("live"):
            await self._client.ping()

    async def publish(self, commits: Sequence[Commit]) -> None:
        await self._streams.publish(commits)

    def feed(self, feed_key: FeedKey, *, after: str | None) -> Feed:
        return self._open_feed(feed_key, after)

    @asynccontextmanager
    async def _open_feed(self, feed_key: FeedKey, after: str | None) -> AsyncIterator[FeedListener]:
        origin = None if after is None else position_of(feed_key, after)
        subscriber = _FeedSubscriber()
        parse = partial(self._streams.parse_message, feed_key)
        async with self._pubsub.listen(self._streams.channel(feed_key), subscriber, parse=parse):
            if origin is None:
                epoch, start = await self._streams.end(feed_key)
            else:
                epoch, start = origin
                await self._streams.read(feed_key, epoch, start, 1)
            read = partial(self._read, feed_key, epoch)
            behind = origin is not None or subscriber.missed
            listener = FeedListener(feed_key.kind, read, start=start, behind=behind, counts=self.queues)
            subscriber.attach(listener, epoch)
            yield listener

    async def signal(self, channels: Collection[str]) -> None:
        await self._send((channel, channel) for channel in channels)

    async def announce(self, channel: str, keys: Collection[str]) -> None:
        await self._send((channel, key) for key in keys)

    async def _send(self, signals: Iterable[tuple[str, str]]) -> None:
        with translate_errors("live"):
            async with self._client.pipeline(transaction=False) as pipeline:
                for channel, key in signals:
                    pipeline.execute_command("PUBLISH", f"{self._prefix}s:{channel}", key)
                if len(pipeline):
                    await pipeline.execute()

    def signals(self, channel: str) -> Signals:
        return open_mailbox(self._pubsub, f"{self._prefix}s:{channel}", store="live")

    async def _read(self, feed_key: FeedKey, epoch: str, after: FeedPosition, most: int) -> Sequence[FeedEntry]:
        """As `FeedStreams.read`, but retried while Redis is away."""
        backoff = reconnect_backoff()
        while True:
            try:
                async with self._reads:
                    return await self._streams.read(feed_key, epoch, after, most)
            except (Unavailable, TimedOut):
                await asyncio.sleep(backoff.next_delay().total_seconds())


class _FeedSubscriber:
    """Passes the messages of a feed's channel to its listener. `missed`: something came before it was attached."""

    __slots__ = ("_epoch", "_listener", "missed")

    def __init__(self) -> None:
        self._epoch = ""
        self._listener: FeedListener | None = None
        self.missed = False

    def attach(self, listener: FeedListener, epoch: str) -> None:
        self._listener, self._epoch = listener, epoch

    def on_message(self, message: FeedMessage) -> None:
        if self._listener is None:
            self.missed = True
        elif message.epoch == self._epoch:
            self._listener.offer(message.entry)
        else:
            self._listener.fail(feed_lost())

    def on_gap(self) -> None:
        if self._listener is None:
            self.missed = True
        else:
            self._listener.lose()

    def on_disconnect(self) -> None:
        return None  # `on_gap` follows
