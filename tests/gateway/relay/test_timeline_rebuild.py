"""Rebuilding a timeline over memory stores. tests/e2e does it over real ones."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.relay.publishing import publishing
from gateway.relay.timeline_rebuild import Republished, rebuild_timeline
from gateway.runtime.errors import CommandError
from resolvers.health import Health
from stores.domain.catalog import Course, Module
from stores.domain.events import Event, Verb
from stores.domain.outbox import PARTITIONS, Consumer
from stores.errors import Unavailable
from stores.memory.timeline import MemoryTimeline
from stores.ports.stores import Stores
from tests.clock import Clock
from tests.gateway.memory_stores import memory_stores
from tests.stores.learning import C2, CATALOG, done, enroll, enrollment, moment, record


@pytest.fixture
async def stores() -> Stores:
    return await unpublished_stores(Clock())


async def unpublished_stores(clock: Clock) -> Stores:
    """Three learners: u1 in two courses, u2 in one, u3 in none. Nothing is published yet."""
    made = memory_stores(clock)
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


async def rebuilt(stores: Stores, *, courses: Sequence[str] = (), learners: Sequence[str] = ()) -> Republished:
    health = Health(stores=stores, backends={}, now=Clock())
    stages: list[tuple[str, int, int]] = []
    async with asyncio.timeout(20), publishing(stores, where="embedded", holder="rebuild", failures=health):
        republished = await rebuild_timeline(
            stores,
            courses=courses,
            learners=learners,
            wait=asyncio.sleep,
            on_progress=lambda *stage: stages.append(stage),
        )
    assert all(done <= total for _, done, total in stages)
    return republished


async def test_it_waits_for_its_own_commits_and_not_for_later_ones() -> None:
    """By the clock of the outbox, which may be years ahead of the process's."""
    clock = Clock()
    stores = await unpublished_stores(clock)
    waits = 0

    async def wait(_: float) -> None:
        nonlocal waits
        waits += 1
        assert waits < 10
        if waits == 3:
            clock.forward(timedelta(seconds=1))
            taken = await stores.outbox.take(Consumer.TIMELINE, range(PARTITIONS), most=999)
            await record(stores.progress, done(9, Verb.VIEWED, "page", of=2, at=9))
            await stores.outbox.settle(Consumer.TIMELINE, taken)

    await rebuild_timeline(stores, courses=(), learners=(), wait=wait, on_progress=lambda *_: None)
    assert waits == 3
    [left] = await stores.outbox.take(Consumer.TIMELINE, range(PARTITIONS), most=999)
    assert not left.republished


async def timeline_of(stores: Stores, *learners: str) -> set[int]:
    pages = await stores.timeline.by_learners(learners, span=None, verbs=None, courses=None, after=None, first=100)
    return {event.id.int for page in pages.values() for event in page.rows}


async def test_a_lost_timeline_is_complete_again(stores: Stores) -> None:
    await rebuilt(stores)
    assert await timeline_of(stores, "u1", "u2") == {1, 3, 4, 5}
    lost = replace(stores, timeline=MemoryTimeline())
    await lost.timeline.append([done(2, Verb.PLAYED, "video", at=2)])  # voided since that backup
    republished = await rebuilt(lost)
    assert (republished.enrollments, republished.events) == (3, 5)
    assert await timeline_of(lost, "u1", "u2") == {1, 3, 4, 5}


async def test_a_single_course_or_learner_can_be_rebuilt(stores: Stores) -> None:
    await rebuilt(stores)
    lost = replace(stores, timeline=MemoryTimeline())
    assert (await rebuilt(lost, courses=["c2", "c2"])).enrollments == 1
    assert await timeline_of(lost, "u1", "u2") == {4}
    assert (await rebuilt(lost, learners=["u1"])).enrollments == 2
    assert await timeline_of(lost, "u1", "u2") == {1, 4, 5}
    assert (await rebuilt(lost, courses=["c1"], learners=["u1"])).enrollments == 4


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({"courses": ["c1", "c9"]}, "there is no course c9"),
        ({"learners": ["u1", "u9"]}, "learner u9 has no enrolment"),
    ],
)
async def test_an_unknown_key_is_refused_before_anything_is_republished(
    stores: Stores, asked: dict[str, Sequence[str]], line: str
) -> None:
    await rebuilt(stores)
    lost = replace(stores, timeline=MemoryTimeline())
    with pytest.raises(CommandError, match=line):
        await rebuilt(lost, **asked)
    assert await timeline_of(lost, "u1", "u2") == set()


class FailingOnce(MemoryTimeline):
    """Its first append fails. Counts how often the write cache was dropped."""

    def __init__(self) -> None:
        super().__init__()
        self.faults, self.forgotten = 1, 0

    async def append(self, events: Sequence[Event]) -> None:
        if self.faults:
            self.faults -= 1
            raise Unavailable("timeline", "not reachable")
        await super().append(events)

    def forget(self) -> None:
        self.forgotten += 1


async def test_the_write_cache_is_dropped_after_an_error_and_before_a_rebuild(stores: Stores) -> None:
    failing = replace(stores, timeline=FailingOnce())
    await rebuilt(failing)
    assert isinstance(failing.timeline, FailingOnce)
    at_claim, after_error, at_republish = 1, 1, 1
    assert failing.timeline.forgotten >= at_claim + after_error + at_republish
    assert await timeline_of(failing, "u1", "u2") == {1, 3, 4, 5}
