"""Announcements of other processes invalidate shared reads; beats prove that none is missing."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from resolvers.data.shared_reads.announcer import CHANGES_CHANNEL, EVERYTHING, Announcer
from resolvers.data.shared_reads.change_watch import ChangeWatch, watching_changes
from resolvers.data.shared_reads.shared_reads import SharedReads
from stores.errors import Unavailable
from stores.memory.live import MemoryLive
from tests.resolvers.data.shared_reads.controlled_reads import HeldStore, Seconds, loaders_over, shared_reads, turns


class Beats:
    """A sleep that lets the watch go on when the test says so."""

    def __init__(self) -> None:
        self.turn = asyncio.Condition()

    async def sleep(self, seconds: float) -> None:
        async with self.turn:
            await self.turn.wait()

    async def next(self) -> None:
        await turns()
        async with self.turn:
            self.turn.notify_all()
        await turns()


class Process:
    """A process with shared reads over a live store, and what it has read of one key."""

    def __init__(self, live: MemoryLive) -> None:
        self.clock = Seconds()
        self.beats = Beats()
        self.store = HeldStore()
        self.store.values = {"a": "A", "b": "B"}
        self.path = self.store.path()
        self.shared: SharedReads = shared_reads(self.clock)
        self.watch = ChangeWatch(live, self.shared, name="this", sleep=self.beats.sleep)

    async def reads(self) -> list[str]:
        """The keys that a query reads from the store now."""
        before = len(self.store.calls)
        await loaders_over(self.shared).load_many(self.path, ["a", "b"], ())
        return [key for call in self.store.calls[before:] for key in call.keys]


@asynccontextmanager
async def process_over(live: MemoryLive) -> AsyncIterator[Process]:
    process = Process(live)
    async with watching_changes(process.watch):
        await turns()
        assert await process.reads() == ["a", "b"]
        yield process


async def test_a_write_of_another_process_is_seen_by_the_next_query() -> None:
    live = MemoryLive()
    async with process_over(live) as process:
        assert await process.reads() == []
        await Announcer(live).announce("profiles", ["b", "unknown"])
        await turns()
        assert await process.reads() == ["b"]
        await live.announce(CHANGES_CHANNEL, [EVERYTHING])
        await turns()
        assert await process.reads() == ["a", "b"]


async def test_beats_prolong_how_long_values_are_served() -> None:
    async with process_over(MemoryLive()) as process:
        for _ in range(59):
            process.clock.now += 1.0
            await process.beats.next()
            assert await process.reads() == []
        process.clock.now += 2.0
        await process.beats.next()
        assert await process.reads() == ["a", "b"]


class SilentLive(MemoryLive):
    """Loses what is announced."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = False
        self.down = False
        self.entered = 0

    async def announce(self, channel: str, keys: Collection[str]) -> None:
        if self.down:
            raise Unavailable("live", "down")
        if not self.silent:
            await super().announce(channel, keys)

    def signals(self, channel: str) -> AbstractAsyncContextManager[AsyncIterator[frozenset[str] | None]]:
        self.entered += 1
        if self.down:
            raise Unavailable("live", "down")
        return super().signals(channel)


async def test_without_beats_nothing_is_served_beyond_two_seconds() -> None:
    live = SilentLive()
    async with process_over(live) as process:
        live.silent = True
        process.clock.now += 1.0
        await process.beats.next()
        assert await process.reads() == []
        process.clock.now += 1.1
        assert await process.reads() == ["a", "b"]
        live.silent = False
        await process.beats.next()
        process.clock.now += 0.9
        assert await process.reads() == []


async def test_beats_of_other_processes_prove_nothing() -> None:
    live = SilentLive()
    async with process_over(live) as process:
        live.silent = True
        process.clock.now += 2.1
        process.watch.receive(frozenset([f"beat other {process.clock.now!r}"]))
        assert await process.reads() == ["a", "b"]


async def test_lost_announcements_invalidate_all_reads() -> None:
    async with process_over(MemoryLive()) as process:
        process.watch.receive(None)
        assert await process.reads() == ["a", "b"]


async def test_a_process_that_starts_without_the_live_store_subscribes_later() -> None:
    live = SilentLive()
    live.down = True
    async with process_over(live) as process:
        assert live.entered == 1
        assert await process.reads() == []
        live.down = False
        await process.beats.next()
        assert live.entered == 2
        # What was written before the subscription stood was not received.
        assert await process.reads() == ["a", "b"]
        await Announcer(live).announce("profiles", ["a"])
        await turns()
        assert await process.reads() == ["a"]
