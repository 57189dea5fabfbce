"""Periodic tasks, and work in the background: both end when they are cancelled."""

import asyncio
from datetime import datetime

from gateway.simulation.periodic_tasks import PeriodicTask, in_background, run_periodically
from stores.errors import Unavailable
from tests.gateway.simulation.stepped_clock import SteppedClock


async def test_it_ends_although_a_store_loses_the_cancellation() -> None:
    began = asyncio.Event()

    async def swallow() -> datetime:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise Unavailable("progress", "the connection was lost") from None
        raise AssertionError

    now = SteppedClock()
    async with (
        asyncio.timeout(30),
        in_background(run_periodically([PeriodicTask("it", swallow, due=now())], now=now, wait=asyncio.sleep)),
    ):
        await began.wait()


async def test_background_work_ends_with_its_block() -> None:
    ended = asyncio.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with in_background(endless()):
        await asyncio.sleep(0)
        assert not ended.is_set()
    assert ended.is_set()
