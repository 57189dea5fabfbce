"""Writes to the timeline in InfluxDB that fail or are given up: nothing is remembered of what they touched."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from stores.errors import StoreError
from stores.influx.timeline import InfluxTimeline
from tests.backends import Servers, missing
from tests.influxdb import fresh_influx
from tests.stores.influx.test_memory import GONE, Fault, Watched, Write, some
from tests.stores.samples import NOON, event
from tests.stores.test_timeline import numbers_of, quarters


@pytest.fixture
async def influx(servers: Servers) -> AsyncIterator[Watched]:
    url = servers.influx_url or missing("InfluxDB: there is no influxd")
    async with fresh_influx(url) as found:
        yield Watched(found)


async def lost(write: Write, lines: Sequence[str]) -> None:
    raise GONE


async def unanswered(write: Write, lines: Sequence[str]) -> None:
    await write(lines)
    raise GONE


async def cut_short(write: Write, lines: Sequence[str]) -> None:
    """Events, without their attendances and roll-ups."""
    await write([line for line in lines if line.startswith("event")])
    raise GONE


class Held:
    """A write that waits, and is seen to."""

    def __init__(self) -> None:
        self.reached, self.released = asyncio.Event(), asyncio.Event()

    async def before(self, write: Write, lines: Sequence[str]) -> None:
        self.reached.set()
        await self.released.wait()
        await write(lines)

    async def after(self, write: Write, lines: Sequence[str]) -> None:
        await write(lines)
        self.reached.set()
        await self.released.wait()


FAULTS: dict[str, list[Fault | None]] = {
    "nothing stored": [lost],
    "stored, not answered": [unanswered],
    "events alone stored": [cut_short],
    "roll-up not read": [None, lost],
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("learner_id", ["known", "new"])
async def test_a_write_that_failed_is_not_remembered(
    influx: Watched, faults: list[Fault | None], learner_id: str
) -> None:
    timeline = InfluxTimeline(influx)
    await timeline.append([event(number, learner_id="known", duration_ms=1) for number in range(3)])
    more = [event(number, learner_id=learner_id, duration_ms=1) for number in range(3, 6)]
    influx.faults = list(faults)
    with pytest.raises(StoreError):
        await timeline.append(more)
    # Others of the learner first, so that the repeat is not what reads.
    await timeline.append([event(6, learner_id=learner_id, duration_ms=1)])
    await timeline.append(more)
    found = await numbers_of(timeline, "known") + (await numbers_of(timeline, "new"))
    assert sorted(found) == list(range(7))
    assert await quarters(timeline) == [(NOON, 7, 7)]


async def test_a_roll_up_that_was_not_written_is_mended_by_the_repeat(influx: Watched) -> None:
    for faults in ([None, None, None, lost], [None, None, None, None, lost]):  # it, or the reading after it
        timeline = InfluxTimeline(influx)
        influx.faults = list(faults)
        with pytest.raises(StoreError):
            await timeline.append(some([0, 1]))
        await timeline.append(some([0, 1]))
        assert await quarters(timeline) == [(NOON, 2, 2)]
        await timeline.remove(some([0, 1]))


@pytest.mark.parametrize("faults", [[lost], [None, lost], [None, unanswered]], ids=["deletion", "write", "answer"])
async def test_a_removal_that_failed_is_not_remembered(influx: Watched, faults: list[Fault | None]) -> None:
    timeline = InfluxTimeline(influx)
    await timeline.append(some(range(4)))
    influx.faults = list(faults)
    with pytest.raises(StoreError):
        await timeline.remove(some([1, 2]))
    await timeline.remove(some([1, 2]))
    assert sorted(await numbers_of(timeline, "u0")) == [0, 3]
    assert await quarters(timeline) == [(NOON, 2, 2)]
    await timeline.append(some([1]))
    assert await quarters(timeline) == [(NOON, 3, 3)]


@pytest.mark.parametrize("stored", [False, True], ids=["before it is stored", "after"])
async def test_a_write_that_was_given_up_is_not_remembered(influx: Watched, stored: bool) -> None:
    timeline = InfluxTimeline(influx)
    await timeline.append(some([0]))
    held = Held()
    influx.faults = [held.after if stored else held.before]
    writing = asyncio.ensure_future(timeline.append(some([1, 2])))
    await held.reached.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await timeline.append(some([2, 3]))
    await timeline.append(some([1]))
    assert sorted(await numbers_of(timeline, "u0")) == [0, 1, 2, 3]
    assert await quarters(timeline) == [(NOON, 4, 4)]


async def test_what_is_forgotten_while_it_is_written_is_not_remembered_after(influx: Watched) -> None:
    timeline = InfluxTimeline(influx)
    await timeline.append(some([0]))
    held = Held()
    influx.faults = [held.before]
    writing = asyncio.ensure_future(timeline.append(some([1])))
    await held.reached.wait()
    await InfluxTimeline(influx).append(some([2, 3]))
    timeline.forget()
    held.released.set()
    await writing
    await timeline.append(some([4]))
    assert sorted(await numbers_of(timeline, "u0")) == [0, 1, 2, 3, 4]
    assert await quarters(timeline) == [(NOON, 5, 5)]
