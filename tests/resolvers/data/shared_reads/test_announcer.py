"""Writes are announced to all processes; what cannot be sent is sent later."""

import asyncio
from collections.abc import Collection

from resolvers.data.shared_reads.announcer import CHANGES_CHANNEL, EVERYTHING, MOST_PENDING, Announcer
from stores.errors import Rejected, Unavailable
from stores.memory.live import MemoryLive
from tests.resolvers.data.shared_reads.controlled_reads import turns


class UnreliableLive(MemoryLive):
    """Announces nothing while it is away, and waits while it is held."""

    def __init__(self) -> None:
        super().__init__()
        self.error: Exception | None = None
        self.attempts = 0
        self.passing = asyncio.Event()
        self.passing.set()

    async def announce(self, channel: str, keys: Collection[str]) -> None:
        self.attempts += 1
        await self.passing.wait()
        if self.error is not None:
            raise self.error
        await super().announce(channel, keys)


class Pauses:
    """A sleep that ends when the test says so."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        await self.wake.wait()
        self.wake.clear()


async def test_each_key_is_announced_before_the_write_is_answered() -> None:
    live = UnreliableLive()
    announcer = Announcer(live)
    async with live.signals(CHANGES_CHANNEL) as messages:
        await announcer.announce("profiles", ["a b", "c"])
        assert await anext(messages) == frozenset({"profiles a b", "profiles c"})
    await announcer.aclose()


async def test_what_cannot_be_announced_is_announced_again_and_delays_no_later_write() -> None:
    live, pauses = UnreliableLive(), Pauses()
    announcer = Announcer(live, sleep=pauses.sleep)
    async with live.signals(CHANGES_CHANNEL) as messages:
        live.error = Unavailable("live", "down")
        await announcer.announce("profiles", ["a"])
        await announcer.announce("profiles", ["b"])
        assert live.attempts == 1
        pauses.wake.set()
        await turns()
        assert live.attempts == 2
        live.error = None
        pauses.wake.set()
        assert await anext(messages) == frozenset({"profiles a", "profiles b"})
        await turns()
        await announcer.announce("catalog", ["c"])
        assert await anext(messages) == frozenset({"catalog c"})
    await announcer.aclose()


async def test_too_many_keys_that_wait_become_one_message() -> None:
    live, pauses = UnreliableLive(), Pauses()
    announcer = Announcer(live, sleep=pauses.sleep)
    async with live.signals(CHANGES_CHANNEL) as messages:
        live.error = Unavailable("live", "down")
        await announcer.announce("profiles", [str(number) for number in range(MOST_PENDING + 1)])
        live.error = None
        pauses.wake.set()
        assert await anext(messages) == frozenset({EVERYTHING})
    await announcer.aclose()


async def test_a_writer_that_is_cancelled_is_announced_nevertheless() -> None:
    live = UnreliableLive()
    announcer = Announcer(live)
    async with live.signals(CHANGES_CHANNEL) as messages:
        live.passing.clear()
        writing = asyncio.create_task(announcer.announce("profiles", ["a"]))
        await turns()
        writing.cancel()
        await asyncio.wait({writing})
        live.passing.set()
        assert await anext(messages) == frozenset({"profiles a"})
    await announcer.aclose()


async def test_a_key_that_cannot_be_sent_is_not_sent_again() -> None:
    live, pauses = UnreliableLive(), Pauses()
    announcer = Announcer(live, sleep=pauses.sleep)
    live.error = Rejected("live", "no text")
    await announcer.announce("profiles", ["\ud800"])
    await announcer.announce("profiles", ["a"])
    assert live.attempts == 2
    await announcer.aclose()


async def test_closing_ends_the_attempts() -> None:
    live, pauses = UnreliableLive(), Pauses()
    announcer = Announcer(live, sleep=pauses.sleep)
    live.error = Unavailable("live", "down")
    await announcer.announce("profiles", ["a"])
    await announcer.aclose()
    pauses.wake.set()
    await turns()
    assert live.attempts == 1
