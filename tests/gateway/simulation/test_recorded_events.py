"""The replay of recorded events: in the order of their time, at the speed asked for, as events of now."""

import asyncio
import io
from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from rich.console import Console

from gateway.cli.replay import speed
from gateway.datasets.dataset import Dataset
from gateway.datasets.loader import load
from gateway.datasets.oulad.bad_rows import BadSource
from gateway.datasets.oulad.dataset import oulad_dataset
from gateway.datasets.oulad.subset import find_run, subset
from gateway.datasets.oulad.tables import Tables, read_tables
from gateway.relay.publishing import publishing
from gateway.simulation.progress_display import Telling, state_of, summary_of
from gateway.simulation.recorded_events import MOST, Replay, Told
from gateway.simulation.restamp import Fresh
from gateway.simulation.schedule import Schedule, spread
from gateway.simulation.setup import drained, prepared
from gateway.simulation.simulated_writes import SimulatedWrites
from resolvers.health import Health
from stores.domain.catalog import CourseVersion, Item
from stores.domain.events import Event, Verb
from stores.domain.progress import Enrollment, Verdict
from stores.domain.sessions import PresenceStatus
from stores.errors import Unavailable
from stores.memory.outbox import MemoryOutbox
from stores.memory.progress import MemoryProgress
from stores.ports.stores import Stores
from tests.gateway.datasets.small_oulad import write
from tests.gateway.memory_stores import memory_stores
from tests.gateway.simulation.paced_clock import Pacer
from tests.resolvers.world import DEADLINES
from tests.stores.samples import event

AAA, BBB = "course-v1:OU+AAA+2013J", "course-v1:OU+BBB+2014B"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
QUIET = Console(file=io.StringIO())


class Progress(MemoryProgress):
    """Remembers each append; away for so many of them, or slow."""

    def __init__(self, pacer: Pacer, outbox: MemoryOutbox) -> None:
        super().__init__(outbox=outbox)
        self._pacer = pacer
        self.appends: list[tuple[datetime, Sequence[Event]]] = []
        self.away_for = 0
        self.takes = timedelta()

    async def record(
        self,
        events: Sequence[Event],
        *,
        items: Mapping[CourseVersion, Sequence[Item]],
        enrollments: Sequence[Enrollment] = (),
        on_start: Callable[[], None] | None = None,
    ) -> Sequence[Verdict]:
        if self.away_for:
            self.away_for -= 1
            raise Unavailable("progress", "cannot be reached")
        self.appends.append((self._pacer(), events))
        self._pacer.forward(self.takes)
        return await super().record(events, items=items, enrollments=enrollments, on_start=on_start)


class Stage:
    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.pacer = Pacer()
        outbox = MemoryOutbox(now=self.pacer)
        self.progress = Progress(self.pacer, outbox)
        self.stores: Stores = replace(memory_stores(self.pacer), progress=self.progress, outbox=outbox)
        self.heard: list[Told] = []
        self._noise = Random(1).randbytes

    @property
    def recorded(self) -> list[Event]:
        return [event for _, events in self.progress.appends for event in events]

    async def replay(self, *, speed: float = 86_400, lasts: timedelta = timedelta(hours=1)) -> Told:
        await prepared(self.dataset, self.stores, QUIET, now=self.pacer)
        going = Replay(
            SimulatedWrites(self.stores, deadlines=DEADLINES, now=self.pacer, random_bytes=self._noise),
            Schedule(self.dataset.events, speed=speed),
            fresh=Fresh(self._noise),
            now=self.pacer,
            wait=self.pacer.wait,
            on_told=lambda told: self.heard.append(replace(told)),
        )
        await self.pacer.run(going.run(), lasts)
        return going.told


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return read_tables(write(tmp_path), skip_bad=False)


@pytest.fixture
def stage(tables: Tables) -> Stage:
    return Stage(oulad_dataset(tables))


async def test_everything_happens_again_in_its_order_at_its_pace(stage: Stage) -> None:
    began = stage.pacer()
    told = await stage.replay()
    past = sorted(stage.dataset.events, key=lambda event: event.at)
    same = [(event.registration, event.verb, event.item_key, event.score) for event in stage.recorded]
    assert same == [(event.registration, event.verb, event.item_key, event.score) for event in past]
    assert (told.done, told.total, told.rejected) == (15, 15, {})
    for now, then in zip(stage.recorded, past, strict=True):
        assert abs((now.at - began) - (then.at - past[0].at) / 86_400) <= 2 * SECOND


async def test_every_event_is_of_now_with_a_fresh_id_and_the_import_stays(stage: Stage) -> None:
    await load(stage.dataset, stage.stores, now=stage.pacer)
    before = await stage.progress.ledger([event.id for event in stage.dataset.events])
    await stage.replay()
    assert await stage.progress.ledger([event.id for event in stage.dataset.events]) == before
    assert {event.id for event in stage.recorded}.isdisjoint(before)
    assert {event.id.version for event in stage.recorded} == {7}
    assert all(event.at <= seen for seen, events in stage.progress.appends for event in events)
    order = [(event.at, event.id) for event in stage.recorded]
    assert order == sorted(set(order))
    again = len(stage.recorded)
    told = await stage.replay()
    assert (told.done, len(stage.recorded), told.rejected) == (15, 2 * again, {})


async def test_what_is_replayed_is_published_and_who_does_something_is_here(stage: Stage) -> None:
    health = Health(pingers={}, backends={}, outbox=stage.stores.outbox, now=stage.pacer)
    async with publishing(stage.stores, where="embedded", holder="r", failures=health):
        await stage.replay()
        assert await drained(stage.stores, wait=asyncio.sleep) == 0
    page = await stage.stores.timeline.by_learners(
        ["oulad-28400"], span=None, verbs=None, courses=None, after=None, first=50
    )
    assert len(page["oulad-28400"].rows) == 6
    presence = await stage.stores.sessions.presence(["oulad-30268"])
    assert presence["oulad-30268"].status is not PresenceStatus.OFFLINE


async def test_only_what_is_missing_is_made(tables: Tables) -> None:
    part = oulad_dataset(subset(tables, run=find_run(tables, "BBB/2014B"), learners=None))
    stage = Stage(part)
    await stage.replay()
    assert list(await stage.stores.catalog.latest([AAA, BBB])) == [BBB]
    assert [profile.learner_id for profile in part.profiles] == ["oulad-11391", "oulad-30268"]
    counts = await stage.progress.count_by_courses([AAA, BBB], states=None)
    assert (counts.get(AAA, 0), counts[BBB]) == (0, 2)
    await stage.replay()
    assert (await stage.stores.catalog.latest([BBB]))[BBB].version == 1


def test_a_part_is_one_run_or_the_first_students(tables: Tables) -> None:
    assert find_run(tables, AAA) == find_run(tables, "AAA/2013J")
    with pytest.raises(BadSource, match=r"no run CCC/2014J; there are AAA/2013J, BBB/2014B"):
        find_run(tables, "CCC/2014J")
    one = oulad_dataset(subset(tables, run=None, learners=1))
    assert {row.learner_id for row in one.enrollments} == {event.learner_id for event in one.events} == {"oulad-11391"}
    assert len(list(one.enrollments)) == 2


async def test_a_ledger_that_cannot_keep_up_is_told_honestly(stage: Stage) -> None:
    stage.progress.takes = 5 * SECOND
    told = await stage.replay(speed=30 * 86_400)
    assert told.done == 15
    behind = max(each.behind for each in stage.heard)
    assert behind > 4 * SECOND
    assert " s behind" in state_of(next(each for each in stage.heard if each.behind == behind))
    assert [each.behind for each in stage.heard][-1] == timedelta()


async def test_a_ledger_that_is_away_is_waited_for(stage: Stage) -> None:
    stage.progress.away_for = 3
    told = await stage.replay()
    assert (told.done, told.waits) == (15, None)
    assert [each.waits for each in stage.heard].count("progress") == 3
    assert len({event.id for event in stage.recorded}) == 15


async def test_what_the_ledger_does_not_know_is_counted(stage: Stage) -> None:
    other = [
        replace(row, registration=event(7).id) for row in stage.dataset.enrollments if row.learner_id == "oulad-28400"
    ]
    await load(replace(stage.dataset, enrollments=other, events=()), stage.stores, now=stage.pacer)
    told = await stage.replay()
    assert told.rejected == {"UNKNOWN_REGISTRATION": 6}
    assert summary_of(told).endswith("; 6 rejected as UNKNOWN_REGISTRATION")


async def test_who_stops_it_is_told_how_far_it_came(stage: Stage) -> None:
    told = await stage.replay(lasts=timedelta(minutes=3))
    assert 0 < told.done < 15
    assert told.moment is not None
    assert summary_of(told).startswith(f"replayed {told.done} of 15 events up to ")


def test_a_days_events_are_spread_over_it_and_no_append_is_too_long() -> None:
    noon = datetime(2013, 10, 1, 12, tzinfo=UTC)
    times = [noon] * 2000 + [noon + DAY, noon + DAY + 11 * timedelta(hours=1)]
    moments = spread(times)
    assert moments[0] == noon.replace(hour=0)
    assert {after - before for before, after in pairwise(moments[:2001])} == {DAY / 2000}
    assert moments[2001] - moments[2000] == DAY / 2
    events = [event(number, verb=Verb.VIEWED, at=at) for number, at in enumerate(times)]
    schedule = Schedule(events, speed=86_400)
    assert schedule.take(timedelta(), most=MOST) == events[:1]
    assert schedule.due_in(timedelta()) == SECOND / 2000
    sizes = [len(schedule.take(2 * SECOND, most=MOST)) for _ in range(5)]
    assert (sizes, schedule.taken) == ([500, 500, 500, 500, 1], 2002)
    assert schedule.due_in(SECOND) is None
    assert Schedule([], speed=1).take(SECOND, most=MOST) == []
    assert len(Schedule(events, speed=10**12).take(DAY, most=MOST)) == MOST, "as fast as may be"


def test_ids_of_one_millisecond_keep_their_order() -> None:
    fresh, now = Fresh(lambda size: bytes(size)), datetime(2026, 1, 1, tzinfo=UTC)
    ids = [fresh(event(1), now).id for _ in range(500)]
    ids += [fresh(event(1), now + timedelta(milliseconds=1)).id]
    assert ids == sorted(set(ids))


def test_off_a_terminal_a_line_comes_now_and_then() -> None:
    pacer, said = Pacer(), io.StringIO()
    with Telling(Console(file=said, soft_wrap=True), now=pacer) as telling:
        for second in range(11):
            telling(Told(total=100, done=second, took=second * SECOND))
            pacer.forward(SECOND)
        telling(Told(total=100, waits="progress"))
        telling(Told(total=100, waits="progress"))
    lines = said.getvalue().splitlines()
    assert [line.split(":")[0] for line in lines] == [f"replayed {done} of 100" for done in (0, 5, 10, 0)]
    assert lines[-1].endswith("progress is away, waiting")


@pytest.mark.parametrize(("text", "seconds"), [("86400", 86_400), ("1d", 86_400), ("6h", 21_600), ("0.5", 0.5)])
def test_a_speed_is_a_number_or_a_time_a_second(text: str, seconds: float) -> None:
    assert speed(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "fast", "-1", "1y"])
def test_what_is_no_speed_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError):
        speed(text)
