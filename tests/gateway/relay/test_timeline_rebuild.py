"""Rebuilding a timeline over memory stores. tests/e2e does it over real ones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from gateway.relay.rebuild_loop import rebuild_all, rebuild_selected
from gateway.relay.timeline_rebuild import TimelineRebuild
from gateway.runtime.errors import CommandError
from gateway.runtime.store_retry import StoreGaveUp, StoreRetry
from stores.batches import REBUILT_ROWS
from stores.domain.catalog import Course, Module
from stores.domain.events import Event, Verb
from stores.domain.outbox import Consumer
from stores.domain.rebuilds import PASS_AGES, Rebuild
from stores.errors import Rejected, Unavailable
from stores.memory.timeline import MemoryTimeline
from stores.ports.stores import Stores
from tests.clock import Clock
from tests.gateway.memory_stores import memory_stores
from tests.stores.learning import C2, CATALOG, done, enroll, enrollment, moment, record


@pytest.fixture
async def stores() -> Stores:
    """Three learners: u1 in two courses, u2 in one, u3 in none. Nothing is delivered yet."""
    made = memory_stores(Clock())
    for pin, items in CATALOG.items():
        modules = (Module(title="All", items=tuple(items)),)
        await made.catalog.publish(
            Course(key=pin.key, version=1, title=pin.key, modules=modules, published_at=moment(0))
        )
    await enroll(made.progress, enrollment(1), enrollment(2), enrollment(3, pin=C2, learner_id="u1"))
    await record(
        made.progress,
        done(1, Verb.VIEWED, "page", at=1),
        done(2, Verb.PLAYED, "video", at=2),
        done(3, Verb.VIEWED, "page", of=2, at=3),
        done(4, Verb.VIEWED, "page", of=3, at=4, learner_id="u1", course_key="c2"),
    )
    await record(made.progress, done(5, Verb.VOIDED, at=5, voids=done(2, Verb.PLAYED).id))
    return made


def silent(stage: str, done: int, total: int) -> None:
    pass


async def rebuilt(stores: Stores, **selected: Sequence[str]) -> TimelineRebuild:
    """Rebuild these courses and learners, or everything."""
    rebuilder = TimelineRebuild(stores=stores)
    stages: list[tuple[str, int, int]] = []
    if selected:
        await rebuild_selected(
            stores,
            rebuilder,
            courses=selected.get("courses", ()),
            learners=selected.get("learners", ()),
            on_progress=lambda *stage: stages.append(stage),
        )
    else:
        await rebuild_all(stores, rebuilder, on_progress=lambda *stage: stages.append(stage))
    assert stages == sorted(stages)
    assert all(stage == "timelines" and done <= total for stage, done, total in stages)
    assert stages[-1][1] == stages[-1][2]
    return rebuilder


async def timeline_of(stores: Stores, *learners: str) -> set[int]:
    pages = await stores.timeline.by_learners(learners, span=None, verbs=None, courses=None, after=None, first=1_000)
    return {event.id.int for page in pages.values() for event in page.rows}


async def test_a_lost_timeline_is_complete_again_without_a_relay(stores: Stores) -> None:
    backlog = await stores.outbox.backlog()
    assert (await rebuilt(stores)).summary() == "rebuilt the timeline: appended 4 events"
    assert await timeline_of(stores, "u1", "u2") == {1, 3, 4, 5}
    assert await stores.outbox.backlog() == backlog
    assert await stores.progress.rebuild_position(Rebuild.TIMELINE) is None


async def test_a_single_course_or_learner_can_be_rebuilt(stores: Stores) -> None:
    await rebuilt(stores, courses=["c2", "c2"])
    assert await timeline_of(stores, "u1", "u2") == {4}
    assert (await rebuilt(stores, learners=["u1"])).events == 3
    assert await timeline_of(stores, "u1", "u2") == {1, 4, 5}
    assert (await rebuilt(stores, courses=["c1"], learners=["u1"])).events == 6
    assert await timeline_of(stores, "u1", "u2") == {1, 3, 4, 5}


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({"courses": ["c1", "c9"]}, "there is no course c9"),
        ({"learners": ["u1", "u9"]}, "learner u9 has no enrolment"),
    ],
)
async def test_an_unknown_key_is_refused_before_anything_is_appended(
    stores: Stores, asked: dict[str, Sequence[str]], line: str
) -> None:
    with pytest.raises(CommandError, match=line):
        await rebuilt(stores, **asked)
    assert await timeline_of(stores, "u1", "u2") == set()


class VoidedMeanwhile(MemoryTimeline):
    """Before the first append arrives, a gateway voids an event of it, and a relay delivers the void."""

    def __init__(self, stores: Stores, void: Event) -> None:
        super().__init__()
        self._stores = stores
        self._voids: list[Event] = [void]

    async def append(self, events: Sequence[Event]) -> None:
        while self._voids:
            await record(self._stores.progress, self._voids.pop())
            for commit in await self._stores.outbox.take(Consumer.TIMELINE, range(64), most=999):
                await super().append(commit.events)
                await super().void(commit.voided)
        await super().append(events)


async def test_an_event_that_is_voided_during_the_rebuild_stays_voided(stores: Stores) -> None:
    void = done(9, Verb.VOIDED, at=9, voids=UUID(int=1))
    stores = replace(stores, timeline=VoidedMeanwhile(stores, void))
    await rebuilt(stores)
    assert await timeline_of(stores, "u1", "u2") == {3, 4, 5, 9}


class Recording(MemoryTimeline):
    """Records the batches; rejects one event, and is down from some batch on."""

    def __init__(self, *, refuses: int = 0, batches: int = 1_000) -> None:
        super().__init__()
        self.appended: list[list[int]] = []
        self._refuses = UUID(int=refuses)
        self.batches_left = batches

    async def append(self, events: Sequence[Event]) -> None:
        if self._refuses in {event.id for event in events}:
            raise Rejected("timeline", "too long a text")
        if self.batches_left == 0:
            raise Unavailable("timeline", "down")
        self.batches_left -= 1
        self.appended.append([event.id.int for event in events])
        await super().append(events)


async def test_an_event_that_the_timeline_rejects_costs_no_other(stores: Stores) -> None:
    stores = replace(stores, timeline=Recording(refuses=3))
    summary = (await rebuilt(stores)).summary()
    assert summary == "rebuilt the timeline: appended 3 events; 1 skipped: the timeline cannot store them"
    assert await timeline_of(stores, "u1", "u2") == {1, 4, 5}


async def many_registrations(clock: Clock, timeline: Recording) -> tuple[Stores, int]:
    """Registrations with an event of each pass, whose ids say the pass and the registration: (pass, registration)."""
    stores = replace(memory_stores(clock), timeline=timeline)
    many = REBUILT_ROWS + 3
    await enroll(stores.progress, *(enrollment(number) for number in range(1, many + 1)))
    ages = (timedelta(), *PASS_AGES)
    for number in range(1, many + 1):
        events = [
            replace(done(1_000 * part + number, Verb.VIEWED, "page", of=number), at=clock() - age - timedelta(hours=1))
            for part, age in enumerate(ages)
        ]
        assert await record(stores.progress, *events) == ["ACCEPTED"] * len(ages)
    return stores, many


async def test_recent_events_come_first(stores: Stores) -> None:
    timeline = Recording()
    stores, many = await many_registrations(Clock(), timeline)
    await rebuilt(stores)
    parts = [{number // 1_000 for number in batch} for batch in timeline.appended]
    assert parts == [{part} for part in range(len(PASS_AGES) + 1) for _ in range(2)]
    assert sum(map(len, timeline.appended)) == many * (len(PASS_AGES) + 1)


async def test_a_rebuild_that_was_stopped_resumes_where_it_was() -> None:
    timeline = Recording(batches=3)
    stores, many = await many_registrations(Clock(), timeline)
    no_retry = StoreRetry(limit=timedelta())
    with pytest.raises(StoreGaveUp):
        await rebuild_all(stores, TimelineRebuild(stores=stores), on_progress=silent, retry=no_retry)
    position = await stores.progress.rebuild_position(Rebuild.TIMELINE)
    assert position is not None
    assert (position.number, position.after) == (1, UUID(int=REBUILT_ROWS))
    timeline.batches_left = 1_000
    rest = await rebuilt(stores)
    assert rest.events == many * (len(PASS_AGES) + 1) - 2 * REBUILT_ROWS - 3, "no batch was repeated"
    assert len([number for batch in timeline.appended for number in batch]) == many * (len(PASS_AGES) + 1)
