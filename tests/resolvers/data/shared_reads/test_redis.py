"""Shared reads while Redis stalls, is cut off and comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from resolvers.data.shared_reads.announcer import Announcer
from resolvers.data.shared_reads.change_watch import ChangeWatch, watching_changes
from resolvers.data.shared_reads.freshness import BRIEF_SECONDS
from resolvers.data.shared_reads.shared_reads import SharedReads
from stores.redis.client import open_redis
from stores.redis.live import RedisLive
from tests.backends import Servers
from tests.proxy import Proxy, ProxyMode, through_proxy
from tests.resolvers.data.shared_reads.controlled_reads import PLENTY, HeldStore, Seconds, loaders_over


class ObservedReads(SharedReads):
    """`changed` is set when announcements, losses or beats arrive."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.changed = asyncio.Event()

    def invalidate_all(self) -> None:
        super().invalidate_all()
        self.changed.set()

    def confirm(self, at: float) -> None:
        super().confirm(at)
        self.changed.set()


class Process:
    """A process behind a proxy, and another one that writes directly."""

    def __init__(self, shared: ObservedReads, clock: Seconds, proxy: Proxy, writer: Announcer) -> None:
        self.clock, self.proxy, self.writer = clock, proxy, writer
        self._shared = shared
        self._store = HeldStore()
        self._path = self._store.path()

    async def write(self, value: str) -> None:
        self._store.values["a"] = value
        await self.writer.announce("profiles", ["a"])

    async def read(self) -> str | None:
        found: str | None = await loaders_over(self._shared).load(self._path, "a", ())
        return found

    async def next_change(self) -> None:
        self._shared.changed.clear()
        async with asyncio.timeout(30):
            await self._shared.changed.wait()

    async def until_read(self, value: str) -> None:
        """Wait for changes until a query reads this, without time passing on the clock."""
        while await self.read() != value:
            await self.next_change()


@asynccontextmanager
async def process(servers: Servers) -> AsyncIterator[Process]:
    prefix = f"test-{uuid4().hex}:"
    async with (
        through_proxy(servers.redis_url) as (proxy, url),
        open_redis(url) as near,
        open_redis(servers.redis_url) as direct,
    ):
        clock = Seconds()
        shared = ObservedReads(most_bytes=PLENTY, ttl=timedelta(seconds=60), clock=clock)
        watch = ChangeWatch(RedisLive(near, prefix=prefix), shared, name="this")
        async with watching_changes(watch):
            made = Process(shared, clock, proxy, Announcer(RedisLive(direct, prefix=prefix)))
            await made.next_change()  # the subscription stands
            await made.next_change()  # a beat has arrived
            await made.write("first")
            await made.until_read("first")
            yield made


async def test_a_write_of_another_process_is_read_at_once(servers: Servers) -> None:
    async with process(servers) as made:
        await made.write("second")
        await made.until_read("second")


async def test_while_redis_is_silent_nothing_is_served_beyond_two_seconds(servers: Servers) -> None:
    async with process(servers) as made:
        made.proxy.switch(ProxyMode.STALL)
        await made.write("second")
        assert await made.read() == "first"
        made.clock.now += BRIEF_SECONDS + 0.001
        assert await made.read() == "second"
        made.proxy.switch(ProxyMode.PASS)


async def test_what_was_written_while_the_connection_was_lost_is_read_once_it_is_back(servers: Servers) -> None:
    async with process(servers) as made:
        made.proxy.switch(ProxyMode.CUT)
        await made.next_change()
        assert await made.read() == "first"  # read again: the loss has dropped it
        await made.write("second")
        assert await made.read() == "first"
        made.proxy.switch(ProxyMode.PASS)
        await made.until_read("second")
