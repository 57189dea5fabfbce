"""Live feeds in lists: the reference implementation of the port."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from stores.domain.outbox import Commit
from stores.domain.queue_counts import QueueCounts
from stores.domain.updates import FEED_LENGTHS, FeedKey, FeedKind, update_of
from stores.feeds.feed_listener import FeedListener
from stores.feeds.feed_position import (
    START,
    FeedEntry,
    FeedPosition,
    cursor_of,
    feed_lost,
    position_of,
    updates_expired,
)
from stores.memory.signals import SignalChannels
from stores.ports.live import Feed, Live
from stores.ports.signals import Signals


class MemoryLive(Live):
    """Live for one process."""

    def __init__(self) -> None:
        self._epoch = uuid4().hex
        self._feeds: defaultdict[FeedKey, list[FeedEntry]] = defaultdict(list)
        self._lengths: defaultdict[FeedKey, int] = defaultdict(int)
        self._published: dict[UUID, int] = {}
        self._listeners: defaultdict[FeedKey, set[FeedListener]] = defaultdict(set)
        self._channels = SignalChannels()
        self.queues = QueueCounts()

    async def ping(self) -> None:
        return None

    async def publish(self, commits: Sequence[Commit]) -> None:
        for commit in commits:
            if commit.progress is None or commit.number <= self._published.get(commit.registration, 0):
                continue
            self._published[commit.registration] = commit.number
            for feed_key in (FeedKey(FeedKind.LEARNER, commit.learner_id), FeedKey(FeedKind.COURSE, commit.course_key)):
                self._append(feed_key, commit)

    def feed(self, feed_key: FeedKey, *, after: str | None) -> Feed:
        return self._open_feed(feed_key, after)

    @asynccontextmanager
    async def _open_feed(self, feed_key: FeedKey, after: str | None) -> AsyncIterator[FeedListener]:
        async def read(position: FeedPosition, most: int) -> Sequence[FeedEntry]:
            entries = self._feeds[feed_key]
            if position[0] + 1 < (entries[0].position[0] if entries else self._lengths[feed_key] + 1):
                raise updates_expired()
            return [entry for entry in entries if entry.position > position][:most]

        start = (self._lengths[feed_key], 0)
        if after is not None:
            epoch, start = position_of(feed_key, after)
            if epoch != self._epoch or not START < start <= (self._lengths[feed_key], 0):
                raise feed_lost()
            await read(start, 1)
        listener = FeedListener(feed_key.kind, read, start=start, behind=after is not None, counts=self.queues)
        self._listeners[feed_key].add(listener)
        try:
            yield listener
        finally:
            self._listeners[feed_key].discard(listener)

    async def signal(self, channels: Collection[str]) -> None:
        for channel in channels:
            self._channels.signal(channel, channel)

    async def announce(self, channel: str, keys: Collection[str]) -> None:
        for key in keys:
            self._channels.signal(channel, key)

    def signals(self, channel: str) -> Signals:
        return self._channels.listen(channel)

    def _append(self, feed_key: FeedKey, commit: Commit) -> None:
        self._lengths[feed_key] += 1
        position = (self._lengths[feed_key], 0)
        entry = FeedEntry(position, update_of(commit, cursor_of(feed_key, self._epoch, position)))
        entries = self._feeds[feed_key]
        entries.append(entry)
        del entries[: -FEED_LENGTHS[feed_key.kind]]
        for listener in self._listeners[feed_key]:
            listener.offer(entry)
