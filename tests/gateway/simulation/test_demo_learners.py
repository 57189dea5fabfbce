"""The demo's learners, live: what they do is recorded as it happens, whatever is away; the same for the same seed."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from gateway.datasets.dataset import Dataset
from gateway.datasets.demo.dataset import demo_dataset, term_start
from gateway.datasets.loader import load
from gateway.simulation.demo_learners import BEAT, Learners
from gateway.simulation.scheduler import Step, meanwhile, steadily
from stores.domain.catalog import CourseVersion, Item
from stores.domain.events import Event, Verb
from stores.domain.outbox import Consumer
from stores.domain.paging import to_ms
from stores.domain.progress import Enrollment, Verdict, VerdictStatus
from stores.domain.sessions import Heartbeat, PresenceStatus
from stores.errors import Unavailable
from stores.memory.outbox import MemoryOutbox
from stores.memory.progress import MemoryProgress
from stores.memory.sessions import MemorySessions
from stores.ports.stores import Stores
from tests.gateway.memory_stores import memory_stores
from tests.gateway.simulation.paced_clock import Pacer
from tests.resolvers import world

LEARNERS = 24
MINUTE = timedelta(minutes=1)


class Progress(MemoryProgress):
    """Remembers what was recorded, and what became of it; away while it is told to be."""

    def __init__(self, pacer: Pacer, outbox: MemoryOutbox) -> None:
        super().__init__(outbox=outbox)
        self._now = pacer
        self.away = False
        self.forgetful = False
        self.events: list[Event] = []
        self.seen_at: list[datetime] = []
        self.verdicts: Counter[VerdictStatus] = Counter()

    async def record(
        self,
        events: Sequence[Event],
        *,
        items: Mapping[CourseVersion, Sequence[Item]],
        enrollments: Sequence[Enrollment] = (),
        on_start: Callable[[], None] | None = None,
    ) -> Sequence[Verdict]:
        if self.away:
            raise Unavailable("progress", "cannot be reached")
        verdicts = await super().record(events, items=items, enrollments=enrollments, on_start=on_start)
        if self.forgetful:
            self.forgetful = False
            raise Unavailable("progress", "the connection was lost")
        self.events += events
        self.seen_at += [self._now()] * len(events)
        self.verdicts.update(verdict.status for verdict in verdicts)
        return verdicts


class Sessions(MemorySessions):
    def __init__(self, pacer: Pacer) -> None:
        super().__init__(now=pacer)
        self.away = False
        self.beats: list[Heartbeat] = []

    async def touch(self, heartbeats: Sequence[Heartbeat]) -> None:
        if self.away:
            raise Unavailable("sessions", "cannot be reached")
        self.beats += heartbeats
        await super().touch(heartbeats)


class Campus:
    """A loaded dataset, and its learners."""

    def __init__(self) -> None:
        self.pacer = Pacer()
        outbox = MemoryOutbox(now=self.pacer)
        self.progress = Progress(self.pacer, outbox)
        self.sessions = Sessions(self.pacer)
        self.stores: Stores = replace(
            memory_stores(self.pacer), progress=self.progress, sessions=self.sessions, outbox=outbox
        )
        self.dataset: Dataset = demo_dataset(seed=1, learners=LEARNERS, now=self.pacer())

    async def load(self) -> "Campus":
        await load(self.dataset, self.stores, now=self.pacer)
        self.sessions.beats.clear()
        return self

    def learners(self, *, learners: int = LEARNERS, rate: float = 1.0) -> Learners:
        return Learners(
            self.stores,
            deadlines=world.DEADLINES,
            seed=1,
            learners=learners,
            term=term_start(self.pacer()),
            rate=rate,
            now=self.pacer,
            wait=self.pacer.wait,
        )

    async def live(self, minutes: float) -> None:
        await self.pacer.run(self.learners().run(), minutes * MINUTE)


@pytest.fixture
async def campus() -> Campus:
    return await Campus().load()


async def test_events_happen_now_in_the_order_of_their_ids_and_all_are_kept(campus: Campus) -> None:
    start = campus.pacer()
    await campus.live(20)
    progress = campus.progress
    assert set(progress.verdicts) == {VerdictStatus.ACCEPTED}
    assert all(start <= event.at <= seen for event, seen in zip(progress.events, progress.seen_at, strict=True))
    ids = [event.id for event in progress.events]
    assert ids == sorted(set(ids))
    assert {event.id.version for event in progress.events} == {7}
    assert all(event.id.int >> 80 == to_ms(event.at) for event in progress.events)


async def test_about_as_many_events_come_as_asked_for(campus: Campus) -> None:
    await campus.live(30)
    assert 0.7 < len(campus.progress.events) / 1800 < 1.4


async def test_they_sit_down_work_through_items_and_leave(campus: Campus) -> None:
    await campus.live(30)
    sittings = defaultdict(list)
    for event in campus.progress.events:
        if event.session_id is not None:
            sittings[event.session_id].append(event)
    whole = [events for events in sittings.values() if events[-1].verb in {Verb.TERMINATED, Verb.ABANDONED}]
    assert len(whole) > 10
    assert all([events[0].verb, events[1].verb] == [Verb.LAUNCHED, Verb.INITIALIZED] for events in whole)
    done = Counter(event.verb for event in campus.progress.events)
    assert {Verb.PLAYED, Verb.PAUSED, Verb.COMPLETED, Verb.PASSED, Verb.INTERACTED} <= set(done)
    assert any(event.position for event in campus.progress.events)
    for events in whole:
        lasted = (events[-1].at - events[0].at) / timedelta(milliseconds=1)
        assert sum(event.duration_ms or 0 for event in events) <= lasted + len(events)


async def test_nobody_sits_on_two_seats_and_the_first_learner_is_always_about(campus: Campus) -> None:
    await campus.live(30)
    here: dict[str, str] = {}
    for event in campus.progress.events:
        if event.verb is Verb.LAUNCHED:
            assert event.learner_id not in here
            here[event.learner_id] = event.session_id or ""
        elif event.verb in {Verb.TERMINATED, Verb.ABANDONED}:
            assert here.pop(event.learner_id) == event.session_id
    assert campus.progress.events[0].learner_id == "demo-0001"
    assert 1 < len(here) <= campus.learners().at_a_time == 8
    times = [event.at for event in campus.progress.events if event.learner_id == "demo-0001"]
    assert max(after - before for before, after in pairwise(times)) < 10 * MINUTE


async def test_whoever_is_here_is_online_and_moves_on_in_the_video(campus: Campus) -> None:
    await campus.live(10)
    times = defaultdict(set)
    for beat in campus.sessions.beats:
        times[beat.at].add(beat.learner_id)
    at = sorted(times)
    assert {after - before for before, after in pairwise(at)} == {BEAT}
    presence = await campus.stores.sessions.presence(list(times[at[-1]]))
    assert {each.status for each in presence.values()} == {PresenceStatus.ONLINE}
    moved = defaultdict(list)
    for beat in campus.sessions.beats:
        if beat.position is not None:
            moved[beat.session_id, beat.item_key].append(beat.position)
    assert any(len(set(positions)) > 2 for positions in moved.values())


async def test_the_same_seed_has_the_same_life() -> None:
    one, other = await Campus().load(), await Campus().load()
    await one.live(10)
    await other.live(10)
    assert one.progress.events == other.progress.events != []


async def test_a_ledger_that_is_away_is_waited_for_without_a_rush_afterwards(
    campus: Campus, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    learners = campus.learners()
    await campus.pacer.run(learners.run(), 5 * MINUTE)
    before = len(campus.progress.events)
    campus.progress.away = True
    await campus.pacer.run(learners.run(), 20 * MINUTE)
    assert len(campus.progress.events) == before
    assert [record.message for record in caplog.records] == ["studying waits: progress: cannot be reached"]
    campus.progress.away = False
    back = campus.pacer()
    await campus.pacer.run(learners.run(), 5 * MINUTE)
    after = campus.progress.events[before:]
    assert 150 < len(after) < 600
    assert len([event for event in after if event.at < back + timedelta(seconds=10)]) < 40
    assert len({event.id for event in campus.progress.events}) == len(campus.progress.events)
    assert set(campus.progress.verdicts) == {VerdictStatus.ACCEPTED}


async def test_an_append_whose_answer_was_lost_is_repeated_and_counts_once(campus: Campus) -> None:
    campus.progress.forgetful = True
    await campus.live(5)
    assert campus.progress.verdicts[VerdictStatus.DUPLICATE] > 0
    assert campus.progress.verdicts[VerdictStatus.REJECTED] == 0
    assert len({event.id for event in campus.progress.events}) == len(campus.progress.events)


async def test_sessions_that_are_away_hold_up_no_studying(campus: Campus, caplog: pytest.LogCaptureFixture) -> None:
    campus.sessions.away = True
    await campus.live(5)
    assert len(campus.progress.events) > 100
    assert [record.message for record in caplog.records] == ["heartbeats waits: sessions: cannot be reached"]


async def test_it_never_ends(campus: Campus) -> None:
    """One learner alone gets through course after course, and goes on when there is none left."""
    learners = campus.learners(learners=1, rate=1.0)
    await campus.pacer.run(learners.run(), timedelta(hours=2))
    rows = await enrollments_of(campus, "demo-0001")
    assert len(rows) == 8
    progress = await campus.stores.progress.course_progress(list(rows))
    assert all(each.satisfied for each in progress.values())
    assert campus.progress.events[-1].at > campus.pacer() - 5 * MINUTE


async def test_what_they_do_is_left_in_the_outbox_for_whoever_publishes(campus: Campus) -> None:
    await campus.live(1)
    backlog = await campus.stores.outbox.backlog()
    assert backlog[Consumer.TIMELINE].waiting == len(campus.progress.events) > 10


async def enrollments_of(campus: Campus, learner_id: str) -> Mapping[UUID, Enrollment]:
    pages = await campus.stores.progress.by_learners([learner_id], states=None, courses=None, after=None, first=20)
    return {row.registration: row for row in pages[learner_id].rows}


async def test_it_ends_though_a_store_loses_the_cancellation() -> None:
    began = asyncio.Event()

    async def deaf() -> datetime:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise Unavailable("progress", "the connection was lost") from None
        raise AssertionError

    now = Pacer()
    async with asyncio.timeout(30), meanwhile(steadily([Step("it", deaf, due=now())], now=now, wait=asyncio.sleep)):
        await began.wait()


async def test_it_ends_with_what_it_goes_on_beside() -> None:
    ended = asyncio.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with meanwhile(endless()):
        await asyncio.sleep(0)
        assert not ended.is_set()
    assert ended.is_set()
