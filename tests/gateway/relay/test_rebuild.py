"""A timeline made again from the ledger, over memory stores; over real ones it is in tests/e2e."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.relay.rebuild import Told, rebuild
from gateway.relay.relay import publishing
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
    return await told_nothing(Clock())


async def told_nothing(clock: Clock) -> Stores:
    """Three learners: u1 in two courses, u2 in one, u3 in none; nobody publishes yet."""
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


async def rebuilt(stores: Stores, *, courses: Sequence[str] = (), learners: Sequence[str] = ()) -> Told:
    health = Health(pingers={}, backends={}, outbox=stores.outbox, now=Clock())
    stages: list[tuple[str, int, int]] = []
    async with asyncio.timeout(20), publishing(stores, where="embedded", holder="rebuild", failures=health):
        told = await rebuild(
            stores,
            courses=courses,
            learners=learners,
            wait=asyncio.sleep,
            on_progress=lambda *stage: stages.append(stage),
        )
    assert all(done <= total for _, done, total in stages)
    return told


async def test_what_was_told_is_waited_for_and_nothing_that_others_write_meanwhile() -> None:
    """By the clock of the outbox, which is years ahead of ours or behind it."""
    clock = Clock()
    stores = await told_nothing(clock)
    waits = 0

    async def wait(_: float) -> None:
        nonlocal waits
        waits += 1
        assert waits < 10
        if waits == 3:
            clock.forward(timedelta(seconds=1))
            told = await stores.outbox.take(Consumer.TIMELINE, range(PARTITIONS), most=999)
            await record(stores.progress, done(9, Verb.VIEWED, "page", of=2, at=9))
            await stores.outbox.settle(Consumer.TIMELINE, told)

    await rebuild(stores, courses=(), learners=(), wait=wait, on_progress=lambda *_: None)
    assert waits == 3
    [left] = await stores.outbox.take(Consumer.TIMELINE, range(PARTITIONS), most=999)
    assert not left.republished


async def timeline_of(stores: Stores, *learners: str) -> set[int]:
    pages = await stores.timeline.by_learners(learners, span=None, verbs=None, courses=None, after=None, first=100)
    return {event.id.int for page in pages.values() for event in page.rows}


async def test_a_lost_timeline_is_whole_again(stores: Stores) -> None:
    await rebuilt(stores)
    assert await timeline_of(stores, "u1", "u2") == {1, 3, 4, 5}
    lost = replace(stores, timeline=MemoryTimeline())
    await lost.timeline.append([done(2, Verb.PLAYED, "video", at=2)])  # voided since that backup
    told = await rebuilt(lost)
    assert (told.enrollments, told.events) == (3, 5)
    assert await timeline_of(lost, "u1", "u2") == {1, 3, 4, 5}


async def test_a_course_or_a_learner_alone_is_told_again(stores: Stores) -> None:
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
        ({"learners": ["u1", "u9"]}, "nobody called u9 is enrolled anywhere"),
    ],
)
async def test_what_is_not_known_is_told_before_anything_is_done(
    stores: Stores, asked: dict[str, Sequence[str]], line: str
) -> None:
    await rebuilt(stores)
    lost = replace(stores, timeline=MemoryTimeline())
    with pytest.raises(CommandError, match=line):
        await rebuilt(lost, **asked)
    assert await timeline_of(lost, "u1", "u2") == set()


class Away(MemoryTimeline):
    """Gone for a moment; what a process remembers of it is dropped."""

    def __init__(self) -> None:
        super().__init__()
        self.faults, self.forgotten = 1, 0

    async def append(self, events: Sequence[Event]) -> None:
        if self.faults:
            self.faults -= 1
            raise Unavailable("timeline", "away")
        await super().append(events)

    def forget(self) -> None:
        self.forgotten += 1


async def test_nobody_trusts_what_they_remember_of_a_store_that_was_away_or_is_told_again(stores: Stores) -> None:
    away = replace(stores, timeline=Away())
    await rebuilt(away)
    assert isinstance(away.timeline, Away)
    claimed = 1
    faults, again = 1, 1
    assert away.timeline.forgotten >= claimed + faults + again
    assert await timeline_of(away, "u1", "u2") == {1, 3, 4, 5}
