"""Presence as it changes: by heartbeats, by the end of a session, by going elsewhere, and by time alone."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.data.dataloaders import Loaders
from resolvers.subscriptions.presence import PresenceTopic
from stores.domain.sessions import Heartbeat, Presence, PresenceStatus
from stores.memory.sessions import MemorySessions
from tests.clock import Clock
from tests.resolvers import world
from tests.resolvers.subscriptions.watched_school import Watcher, open_school

QUERY = f"""presenceChanged(course: "{world.ALGEBRA}") {{
    status lastSeenAt course {{ key }} learner {{ learnerId }} }}"""
ONE = "learner-001"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


async def status(watcher: Watcher) -> tuple[str, str]:
    told = await watcher.event()
    assert told["course"] == {"key": world.ALGEBRA}
    return told["learner"]["learnerId"], told["status"]


async def test_it_begins_with_everyone_who_is_here() -> None:
    school = await open_school()
    await school.beats(world.ADA, at=school.clock() - 2 * MINUTE)
    await school.beats(ONE)
    await school.beats("learner-002", at=school.clock() - 10 * MINUTE)
    await school.beats(world.BEN, world.BOTANY)
    watcher = await school.watch(QUERY, world.instructor(world.ALGEBRA))
    assert [await status(watcher), await status(watcher)] == [(ONE, "ONLINE"), (world.ADA, "AWAY")]
    assert await watcher.silent()
    await watcher.close()


async def test_time_alone_makes_a_learner_away_and_then_offline() -> None:
    school = await open_school()
    await school.beats(ONE)
    watcher = await school.watch(QUERY)
    assert await status(watcher) == (ONE, "ONLINE")
    await school.clock.on(30 * SECOND)
    await school.beats(ONE)
    await school.clock.on(59 * SECOND)
    assert await watcher.silent()
    await school.clock.on(SECOND)
    assert await status(watcher) == (ONE, "AWAY")
    await school.clock.on(9 * MINUTE - SECOND)
    assert await watcher.silent()
    await school.clock.on(SECOND)
    assert await status(watcher) == (ONE, "OFFLINE")
    await school.beats(ONE)
    await school.clock.on(SECOND)
    assert await status(watcher) == (ONE, "ONLINE")
    await watcher.close()


async def test_who_comes_back_is_online_and_away_again_a_minute_later() -> None:
    school = await open_school()
    await school.beats(ONE)
    watcher = await school.watch(QUERY)
    assert await status(watcher) == (ONE, "ONLINE")
    await school.clock.on(5 * MINUTE)
    assert await status(watcher) == (ONE, "AWAY")
    await school.beats(ONE)
    await school.clock.on(SECOND)
    assert await status(watcher) == (ONE, "ONLINE")
    await school.clock.on(MINUTE)
    assert await status(watcher) == (ONE, "AWAY")
    await watcher.close()


async def test_an_ended_session_is_offline_at_once() -> None:
    school = await open_school()
    await school.beats(ONE)
    watcher = await school.watch(QUERY)
    assert await status(watcher) == (ONE, "ONLINE")
    await school.clock.on(SECOND)
    await school.stores.sessions.end(f"of-{ONE}", learner_id=ONE)
    assert await status(watcher) == (ONE, "OFFLINE")
    await watcher.close()


async def test_who_goes_on_to_another_course_is_offline_in_this_one_and_no_more_is_said() -> None:
    school = await open_school()
    await school.beats(world.ADA)
    watcher = await school.watch(QUERY)
    assert await status(watcher) == (world.ADA, "ONLINE")
    await school.clock.on(SECOND)
    await school.beats(world.ADA, world.BOTANY)
    told = await watcher.event()
    assert (told["status"], told["lastSeenAt"]) == ("OFFLINE", "2026-03-30T12:00:00.000Z")
    assert told["course"] == {"key": world.ALGEBRA}
    await watcher.close()


@pytest.mark.parametrize("viewer", [world.learner(), world.instructor(world.BOTANY)])
async def test_presence_is_the_affair_of_the_courses_instructors(viewer: Any) -> None:
    school = await open_school()
    assert await (await school.watch(QUERY, viewer)).code() == "FORBIDDEN"


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["here", "there", "end", "nothing"]),
        st.integers(0, 700),
        st.booleans(),
    ),
    max_size=30,
)


@given(STEPS)
def test_what_was_told_adds_up_to_who_is_present(steps: list[tuple[str, str, int, bool]]) -> None:
    asyncio.run(_told_adds_up(steps))


async def _told_adds_up(steps: list[tuple[str, str, int, bool]]) -> None:
    """Whatever is signalled, and however long nobody looks."""
    clock = Clock(datetime(2026, 3, 1, tzinfo=UTC))
    sessions = MemorySessions(now=clock)
    school = await open_school()
    peer = world.peer_of(replace(school.stores, sessions=sessions), world.admin())
    topic, told = PresenceTopic("here"), dict[str, PresenceStatus]()
    signalled: set[str] | None = None
    for learner_id, what, seconds, look in [*steps, ("a", "nothing", 0, True)]:
        clock.forward(timedelta(seconds=seconds))
        if what == "end":
            await sessions.end(learner_id, learner_id=learner_id)
        elif what != "nothing":
            await sessions.touch([_beat(learner_id, what, clock())])
        if what != "nothing" and signalled is not None:
            signalled.add(learner_id)
        if look:
            loaders = Loaders(peer.stores, peer.deadlines, peer.health)
            keys = None if signalled is None else frozenset(signalled)
            for one in await topic.refresh(loaders, keys, now=clock()):
                assert told.get(one.learner_id, PresenceStatus.OFFLINE) is not one.status or not keys
                told[one.learner_id] = one.status
            signalled = set()
            present = await sessions.present(["here"])
            here = {one.learner_id: one.status for one in present["here"]}
            assert {key: value for key, value in told.items() if value is not PresenceStatus.OFFLINE} == here
            assert sorted(topic.snapshot(), key=_id) == list(present["here"])
            due = topic.next_change_at()
            assert (due is None) == (not here)
            assert due is None or due > clock()


def _id(one: Presence) -> str:
    return one.learner_id


def _beat(learner_id: str, course: str, at: datetime) -> Heartbeat:
    return Heartbeat(
        session_id=learner_id,
        learner_id=learner_id,
        registration=world.registration(world.ALGEBRA, 0),
        course_key=course,
        at=at,
    )
