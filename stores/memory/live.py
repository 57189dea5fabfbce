"""Live feeds in plain lists: what the port means."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from stores.domain.outbox import Commit
from stores.domain.updates import FEED_LENGTHS, FeedKey, FeedKind, Update, update_of
from stores.feeds.listener import Listener
from stores.feeds.position import START, Place, cursor_of, gone, lost, place_of
from stores.memory.signals import SignalChannels
from stores.ports.live import Feed, Live
from stores.ports.signals import Signals


class MemoryLive(Live):
    def __init__(self) -> None:
        self._epoch = uuid4().hex
        self._feeds: defaultdict[FeedKey, list[tuple[Place, Update]]] = defaultdict(list)
        self._lengths: defaultdict[FeedKey, int] = defaultdict(int)
        self._published: dict[UUID, int] = {}
        self._listeners: defaultdict[FeedKey, set[Listener]] = defaultdict(set)
        self._channels = SignalChannels()

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
        return self._listened(feed_key, after)

    @asynccontextmanager
    async def _listened(self, feed_key: FeedKey, after: str | None) -> AsyncIterator[Listener]:
        async def read(place: Place, most: int) -> Sequence[tuple[Place, Update]]:
            kept = self._feeds[feed_key]
            if place[0] + 1 < (kept[0][0][0] if kept else self._lengths[feed_key] + 1):
                raise gone()
            return [row for row in kept if row[0] > place][:most]

        start = (self._lengths[feed_key], 0)
        if after is not None:
            epoch, start = place_of(feed_key, after)
            if epoch != self._epoch or not START < start <= (self._lengths[feed_key], 0):
                raise lost()
            await read(start, 1)
        listener = Listener(feed_key.kind, read, start=start, behind=after is not None)
        self._listeners[feed_key].add(listener)
        try:
            yield listener
        finally:
            self._listeners[feed_key].discard(listener)

    async def signal(self, channels: Collection[str]) -> None:
        for channel in channels:
            self._channels.signal(channel, channel)

    def signals(self, channel: str) -> Signals:
        return self._channels.listen(channel)

    def _append(self, feed_key: FeedKey, commit: Commit) -> None:
        self._lengths[feed_key] += 1
        place = (self._lengths[feed_key], 0)
        update = update_of(commit, cursor_of(feed_key, self._epoch, place))
        feed = self._feeds[feed_key]
        feed.append((place, update))
        del feed[: -FEED_LENGTHS[feed_key.kind]]
        for listener in self._listeners[feed_key]:
            listener.offer(place, update)
