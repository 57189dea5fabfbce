"""The replay of recorded events: in the order of their times, at the requested speed, as new events."""

import asyncio
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from rich.console import Console

from gateway.datasets.dataset import Dataset
from gateway.datasets.loader import load
from gateway.datasets.oulad.dataset import oulad_dataset
from gateway.datasets.oulad.subset import find_run, subset
from gateway.datasets.oulad.tables import Tables, read_tables
from gateway.relay.publishing import publishing
from gateway.simulation.replay import Replay, ReplayStatus
from gateway.simulation.replay_display import describe, summarize
from gateway.simulation.replay_schedule import ReplaySchedule
from gateway.simulation.replay_setup import create_enrollments, wait_until_published
from gateway.simulation.restamper import Restamper
from gateway.simulation.simulated_writes import SimulatedWrites
from resolvers.health import Health
from stores.domain.catalog import CourseVersion, Item
from stores.domain.events import Event
from stores.domain.progress import Enrollment, Verdict
from stores.domain.sessions import PresenceStatus
from stores.errors import RetryLater, StoreError, Unavailable
from stores.memory.outbox import MemoryOutbox
from stores.memory.progress import MemoryProgress
from stores.ports.stores import Stores
from tests.gateway.datasets.small_oulad import write
from tests.gateway.memory_stores import memory_stores
from tests.gateway.simulation.stepped_clock import SteppedClock
from tests.resolvers.world import DEADLINES
from tests.stores.samples import event

AAA, BBB = "course-v1:OU+AAA+2013J", "course-v1:OU+BBB+2014B"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
QUIET = Console(file=io.StringIO())


class Progress(MemoryProgress):
    """Keeps each call of `record`. Calls fail with `errors` first; each later call takes `takes`."""

    def __init__(self, clock: SteppedClock, outbox: MemoryOutbox) -> None:
        super().__init__(outbox=outbox)
        self._clock = clock
        self.appends: list[tuple[datetime, Sequence[Event]]] = []
        self.errors: list[StoreError] = []
        self.takes = timedelta()

    async def record(
        self,
        events: Sequence[Event],
        *,
        items: Mapping[CourseVersion, Sequence[Item]],
        enrollments: Sequence[Enrollment] = (),
        on_start: Callable[[], None] | None = None,
    ) -> Sequence[Verdict]:
        if self.errors:
            raise self.errors.pop()
        self.appends.append((self._clock(), events))
        self._clock.forward(self.takes)
        return await super().record(events, items=items, enrollments=enrollments, on_start=on_start)


class Rehearsal:
    """A dataset and empty stores to replay it into."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.clock = SteppedClock()
        outbox = MemoryOutbox(now=self.clock)
        self.progress = Progress(self.clock, outbox)
        self.stores: Stores = replace(memory_stores(self.clock), progress=self.progress, outbox=outbox)
        self.reported: list[ReplayStatus] = []
        self._random_bytes = Random(1).randbytes

    @property
    def recorded(self) -> list[Event]:
        return [event for _, events in self.progress.appends for event in events]

    async def replay(self, *, speed: float = 86_400, lasts: timedelta = timedelta(hours=1)) -> ReplayStatus:
        await create_enrollments(self.dataset, self.stores, QUIET, now=self.clock)
        replay = Replay(
            SimulatedWrites(self.stores, deadlines=DEADLINES, now=self.clock, random_bytes=self._random_bytes),
            ReplaySchedule(self.dataset.events, speed=speed),
            restamper=Restamper(self._random_bytes),
            now=self.clock,
            wait=self.clock.wait,
            on_status=lambda status: self.reported.append(replace(status)),
        )
        await self.clock.run(replay.run(), lasts)
        return replay.status


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return read_tables(write(tmp_path), skip_bad=False)


@pytest.fixture
def rehearsal(tables: Tables) -> Rehearsal:
    return Rehearsal(oulad_dataset(tables))


async def test_events_are_replayed_in_order_at_the_speed(rehearsal: Rehearsal) -> None:
    began = rehearsal.clock()
    status = await rehearsal.replay()
    past = sorted(rehearsal.dataset.events, key=lambda event: event.at)
    same = [(event.registration, event.verb, event.item_key, event.score) for event in rehearsal.recorded]
    assert same == [(event.registration, event.verb, event.item_key, event.score) for event in past]
    assert (status.done, status.total, status.rejected) == (15, 15, {})
    for now, then in zip(rehearsal.recorded, past, strict=True):
        assert abs((now.at - began) - (then.at - past[0].at) / 86_400) <= 2 * SECOND


async def test_every_event_gets_the_current_time_and_a_new_id_and_the_import_stays(rehearsal: Rehearsal) -> None:
    await load(rehearsal.dataset, rehearsal.stores, now=rehearsal.clock)
    before = await rehearsal.progress.ledger([event.id for event in rehearsal.dataset.events])
    await rehearsal.replay()
    assert await rehearsal.progress.ledger([event.id for event in rehearsal.dataset.events]) == before
    assert {event.id for event in rehearsal.recorded}.isdisjoint(before)
    assert {event.id.version for event in rehearsal.recorded} == {7}
    assert all(event.at <= seen for seen, events in rehearsal.progress.appends for event in events)
    order = [(event.at, event.id) for event in rehearsal.recorded]
    assert order == sorted(set(order))
    again = len(rehearsal.recorded)
    status = await rehearsal.replay()
    assert (status.done, len(rehearsal.recorded), status.rejected) == (15, 2 * again, {})


async def test_replayed_events_are_published_and_bring_presence(rehearsal: Rehearsal) -> None:
    health = Health(stores=rehearsal.stores, backends={}, now=rehearsal.clock)
    async with publishing(rehearsal.stores, where="embedded", holder="r", failures=health):
        await rehearsal.replay()
        assert await wait_until_published(rehearsal.stores, wait=asyncio.sleep) == 0
    page = await rehearsal.stores.timeline.by_learners(
        ["oulad-28400"], span=None, verbs=None, courses=None, after=None, first=50
    )
    assert len(page["oulad-28400"].rows) == 6
    presence = await rehearsal.stores.sessions.presence(["oulad-30268"])
    assert presence["oulad-30268"].status is not PresenceStatus.OFFLINE


async def test_only_missing_courses_and_enrolments_are_created(tables: Tables) -> None:
    part = oulad_dataset(subset(tables, run=find_run(tables, "BBB/2014B"), learners=None))
    rehearsal = Rehearsal(part)
    await rehearsal.replay()
    assert list(await rehearsal.stores.catalog.latest([AAA, BBB])) == [BBB]
    assert [profile.learner_id for profile in part.profiles] == ["oulad-11391", "oulad-30268"]
    counts = await rehearsal.progress.count_by_courses([AAA, BBB], states=None)
    assert (counts.get(AAA, 0), counts[BBB]) == (0, 2)
    await rehearsal.replay()
    assert (await rehearsal.stores.catalog.latest([BBB]))[BBB].version == 1


async def test_a_slow_ledger_is_reported_as_a_delay(rehearsal: Rehearsal) -> None:
    rehearsal.progress.takes = 5 * SECOND
    status = await rehearsal.replay(speed=30 * 86_400)
    assert status.done == 15
    behind = max(each.behind for each in rehearsal.reported)
    assert behind > 4 * SECOND
    assert " s behind" in describe(next(each for each in rehearsal.reported if each.behind == behind))
    assert [each.behind for each in rehearsal.reported][-1] == timedelta()


async def test_an_outage_of_the_ledger_is_waited_for(rehearsal: Rehearsal) -> None:
    rehearsal.progress.errors = [Unavailable("progress", "cannot be reached")] * 3
    status = await rehearsal.replay()
    assert (status.done, status.waiting_for) == (15, None)
    assert [each.waiting_for for each in rehearsal.reported].count("progress") == 3
    assert len({event.id for event in rehearsal.recorded}) == 15


async def test_a_delay_that_the_ledger_asks_for_is_observed(rehearsal: Rehearsal) -> None:
    rehearsal.progress.errors = [RetryLater("progress", "full", retry_after_ms=90_000)]
    began = rehearsal.clock()
    status = await rehearsal.replay()
    assert status.done == 15
    assert rehearsal.progress.appends[0][0] - began >= timedelta(seconds=90)


async def test_rejected_events_are_counted(rehearsal: Rehearsal) -> None:
    other = [
        replace(row, registration=event(7).id)
        for row in rehearsal.dataset.enrollments
        if row.learner_id == "oulad-28400"
    ]
    await load(replace(rehearsal.dataset, enrollments=other, events=()), rehearsal.stores, now=rehearsal.clock)
    status = await rehearsal.replay()
    assert status.rejected == {"UNKNOWN_REGISTRATION": 6}
    assert summarize(status).endswith("; 6 rejected as UNKNOWN_REGISTRATION")


async def test_an_interrupted_replay_reports_how_far_it_came(rehearsal: Rehearsal) -> None:
    status = await rehearsal.replay(lasts=timedelta(minutes=3))
    assert 0 < status.done < 15
    assert status.moment is not None
    assert summarize(status).startswith(f"replayed {status.done} of 15 events up to ")
