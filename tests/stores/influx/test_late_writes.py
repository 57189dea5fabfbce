"""Writes that a server applies late, out of order, twice or not at all: the timeline is right once all are applied."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest

from stores.domain.calendar import QUARTER, Span
from stores.domain.events import Event
from stores.errors import StoreError
from stores.influx.client import Influx, open_influx
from stores.influx.timeline import InfluxTimeline
from stores.memory.timeline import MemoryTimeline
from stores.ports.timeline import Timeline
from tests.stores.influx.holding_proxy import HeldRequest, holding
from tests.stores.samples import NOON, event

MS = timedelta(milliseconds=1)
LEARNERS = ("u0", "u1", "u2")


async def everything(timeline: Timeline) -> tuple[object, object]:
    pages = await timeline.by_learners(LEARNERS, span=None, verbs=None, courses=None, after=None, first=100)
    counts = await timeline.learner_counts(LEARNERS, span=Span(NOON, NOON + QUARTER), grain=QUARTER, courses=None)
    return (
        {key: [(row.id, row.slot) for row in page.rows] for key, page in pages.items()},
        {key: list(rows) for key, rows in counts.items()},
    )


@pytest.mark.parametrize("seed", range(8))
async def test_late_lost_and_repeated_writes(influx_url: str, influx: Influx, seed: int) -> None:
    """A client may give up a write and send it again. The first copy is then applied last, or lost."""
    rng = Random(seed)
    events = [event(n, learner_id=f"u{n % 3}", at=NOON + n // 7 * MS, duration_ms=n) for n in range(40)]
    gone = rng.sample(events, 15)
    writes: list[tuple[bool, list[Event]]] = [(False, rng.sample(events, 12)) for _ in range(8)]
    writes += [(False, events), (True, gone[:9]), (True, gone[6:]), (False, gone)]
    rng.shuffle(writes)
    late: list[HeldRequest] = []
    async with holding(influx_url, path=influx.database) as (proxy, url), open_influx(url) as near:
        timeline = InfluxTimeline(near)
        sent = 0

        def send(is_void: bool, some: list[Event]) -> "asyncio.Task[None]":
            return asyncio.ensure_future((timeline.void if is_void else timeline.append)(some))

        for is_void, some in writes:
            task = send(is_void, some)
            sent += 1
            await proxy.until_held(sent)
            if rng.random() < 0.5:  # the client gives up, and repeats the write
                task.cancel()
                with suppress(asyncio.CancelledError, StoreError):
                    await task
                late.append(proxy.held[-1])
                task = send(is_void, some)
                sent += 1
                await proxy.until_held(sent)
            await proxy.held[-1].release()
            await task
        rng.shuffle(late)
        for one in late:
            await (one.lose() if rng.random() < 0.2 else one.release())
    expected = MemoryTimeline()
    await expected.append(events)
    await expected.void(gone)
    assert late
    assert await everything(InfluxTimeline(influx)) == await everything(expected)
