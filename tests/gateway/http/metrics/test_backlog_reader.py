"""The backlog for a scrape: read when it is not fresh, never waited for long."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from datetime import datetime, timedelta

from gateway.http.metrics.backlog_reader import FRESH, OLDEST, BacklogReader
from stores.domain.outbox import Backlog, Consumer
from stores.errors import Unavailable
from stores.memory.outbox import MemoryOutbox
from tests.clock import Clock


class Backlogs(MemoryOutbox):
    """Its backlog is what a test says. `may_answer`: it answers; `reads` counts how often it was asked."""

    def __init__(self, now: Clock) -> None:
        super().__init__(now=now)
        self.now = now
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.is_down = False
        self.reads = 0

    async def backlog(self) -> Mapping[Consumer, Backlog]:
        self.reads += 1
        await self.may_answer.wait()
        if self.is_down:
            raise Unavailable("outbox", "no connection")
        oldest: datetime = self.now() - timedelta(seconds=7)
        return {Consumer.TIMELINE: Backlog(waiting=3, oldest=oldest, newest=oldest), Consumer.LIVE: Backlog()}


NO_WAIT = timedelta()
LONG = timedelta(seconds=30)
WAITING = {Consumer.TIMELINE: 3, Consumer.LIVE: 0}


async def test_one_read_serves_the_scrapes_of_a_while() -> None:
    clock = Clock()
    outbox = Backlogs(clock)
    async with aclosing(BacklogReader(outbox, now=clock, wait=LONG)) as backlog:
        assert (backlog.waiting(), backlog.lags()) == ({}, {})
        await backlog.refresh()
        assert backlog.waiting() == WAITING
        assert backlog.lags() == {Consumer.TIMELINE: 7.0, Consumer.LIVE: 0.0}
        clock.forward(FRESH / 2)
        await backlog.refresh()
        assert outbox.reads == 1
        assert backlog.lags()[Consumer.TIMELINE] == 9.5  # the age is as of now
        clock.forward(FRESH)
        await backlog.refresh()
        assert outbox.reads == 2


async def test_a_scrape_does_not_wait_for_a_store_and_the_next_one_has_the_answer() -> None:
    clock = Clock()
    outbox = Backlogs(clock)
    outbox.may_answer.clear()
    async with aclosing(BacklogReader(outbox, now=clock, wait=NO_WAIT)) as backlog:
        await asyncio.gather(backlog.refresh(), backlog.refresh())
        assert (outbox.reads, backlog.waiting()) == (1, {})
        outbox.may_answer.set()
        for _ in range(5):
            await asyncio.sleep(0)
        assert backlog.waiting() == WAITING


async def test_a_backlog_that_cannot_be_read_is_not_known_after_a_while() -> None:
    clock = Clock()
    outbox = Backlogs(clock)
    async with aclosing(BacklogReader(outbox, now=clock, wait=LONG)) as backlog:
        await backlog.refresh()
        outbox.is_down = True
        clock.forward(FRESH)
        await backlog.refresh()
        assert backlog.waiting() == WAITING
        clock.forward(OLDEST)
        await backlog.refresh()
        assert (backlog.waiting(), backlog.lags()) == ({}, {})
        outbox.is_down = False
        await backlog.refresh()
        assert backlog.waiting() == WAITING


async def test_closing_ends_a_read_that_is_under_way() -> None:
    clock = Clock()
    outbox = Backlogs(clock)
    outbox.may_answer.clear()
    async with aclosing(BacklogReader(outbox, now=clock, wait=NO_WAIT)) as backlog:
        await backlog.refresh()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "backlog for the metrics"]
