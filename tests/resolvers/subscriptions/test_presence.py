"""presenceChanged: by heartbeats, the end of a session, a move to another course, and time alone."""

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
from tests.resolvers.subscriptions.live_school import Subscription, open_school

QUERY = f"""presenceChanged(course: "{world.ALGEBRA}") {{
    status lastSeenAt course {{ key }} learner {{ learnerId }} }}"""
ONE = "learner-001"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


async def status(subscription: Subscription) -> tuple[str, str]:
    event = await subscription.event()
    assert event["course"] == {"key": world.ALGEBRA}
    return event["learner"]["learnerId"], event["status"]


async def test_it_begins_with_everyone_who_is_online_or_away() -> None:
    school = await open_school()
    await school.heartbeat(world.ADA, at=school.clock() - 2 * MINUTE)
    await school.heartbeat(ONE)
    await school.heartbeat("learner-002", at=school.clock() - 10 * MINUTE)
    await school.heartbeat(world.BEN, world.BOTANY)
    subscription = await school.subscribe(QUERY, world.instructor(world.ALGEBRA))
    assert [await status(subscription), await status(subscription)] == [(ONE, "ONLINE"), (world.ADA, "AWAY")]
    assert await subscription.is_silent()
    await subscription.close()


async def test_a_learner_without_heartbeats_is_away_and_then_offline() -> None:
    school = await open_school()
    await school.heartbeat(ONE)
    subscription = await school.subscribe(QUERY)
    assert await status(subscription) == (ONE, "ONLINE")
    await school.clock.advance(30 * SECOND)
    await school.heartbeat(ONE)
    await school.clock.advance(59 * SECOND)
    assert await subscription.is_silent()
    await school.clock.advance(SECOND)
    assert await status(subscription) == (ONE, "AWAY")
    await school.clock.advance(9 * MINUTE - SECOND)
    assert await subscription.is_silent()
    await school.clock.advance(SECOND)
    assert await status(subscription) == (ONE, "OFFLINE")
    await school.heartbeat(ONE)
    await school.clock.advance(SECOND)
    assert await status(subscription) == (ONE, "ONLINE")
    await subscription.close()


async def test_a_learner_who_returns_is_online_and_away_again_a_minute_later() -> None:
    school = await open_school()
    await school.heartbeat(ONE)
    subscription = await school.subscribe(QUERY)
    assert await status(subscription) == (ONE, "ONLINE")
    await school.clock.advance(5 * MINUTE)
    assert await status(subscription) == (ONE, "AWAY")
    await school.heartbeat(ONE)
    await school.clock.advance(SECOND)
    assert await status(subscription) == (ONE, "ONLINE")
    await school.clock.advance(MINUTE)
    assert await status(subscription) == (ONE, "AWAY")
    await subscription.close()


async def test_a_learner_is_offline_as_soon_as_the_session_ends() -> None:
    school = await open_school()
    await school.heartbeat(ONE)
    subscription = await school.subscribe(QUERY)
    assert await status(subscription) == (ONE, "ONLINE")
    await school.clock.advance(SECOND)
    await school.stores.sessions.end(f"of-{ONE}", learner_id=ONE)
    assert await status(subscription) == (ONE, "OFFLINE")
    await subscription.close()


async def test_a_learner_who_moves_to_another_course_is_offline_in_this_one() -> None:
    school = await open_school()
    await school.heartbeat(world.ADA)
    subscription = await school.subscribe(QUERY)
    assert await status(subscription) == (world.ADA, "ONLINE")
    await school.clock.advance(SECOND)
    await school.heartbeat(world.ADA, world.BOTANY)
    event = await subscription.event()
    assert (event["status"], event["lastSeenAt"]) == ("OFFLINE", "2026-03-30T12:00:00.000Z")
    assert event["course"] == {"key": world.ALGEBRA}
    await subscription.close()


@pytest.mark.parametrize("viewer", [world.learner(), world.instructor(world.BOTANY)])
async def test_only_the_courses_instructors_may_subscribe_to_presence(viewer: Any) -> None:
    school = await open_school()
    assert await (await school.subscribe(QUERY, viewer)).code() == "FORBIDDEN"


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
def test_the_sum_of_all_events_is_who_is_present(steps: list[tuple[str, str, int, bool]]) -> None:
    asyncio.run(_sum_is_present(steps))


async def _sum_is_present(steps: list[tuple[str, str, int, bool]]) -> None:
    """For any signals, and any time between two refreshes."""
    clock = Clock(datetime(2026, 3, 1, tzinfo=UTC))
    sessions = MemorySessions(now=clock)
    school = await open_school()
    peer = world.peer_of(replace(school.stores, sessions=sessions), world.admin())
    topic, event = PresenceTopic("here"), dict[str, PresenceStatus]()
    signalled: set[str] | None = None
    for learner_id, what, seconds, refresh in [*steps, ("a", "nothing", 0, True)]:
        clock.forward(timedelta(seconds=seconds))
        if what == "end":
            await sessions.end(learner_id, learner_id=learner_id)
        elif what != "nothing":
            await sessions.touch([_beat(learner_id, what, clock())])
        if what != "nothing" and signalled is not None:
            signalled.add(learner_id)
        if refresh:
            loaders = Loaders(stores=peer.stores, deadlines=peer.deadlines, failures=peer.health, now=peer.now)
            keys = None if signalled is None else frozenset(signalled)
            for one in await topic.refresh(loaders, keys, now=clock()):
                assert event.get(one.learner_id, PresenceStatus.OFFLINE) is not one.status or not keys
                event[one.learner_id] = one.status
            signalled = set()
            present = await sessions.present(["here"])
            here = {one.learner_id: one.status for one in present["here"]}
            assert {key: value for key, value in event.items() if value is not PresenceStatus.OFFLINE} == here
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
