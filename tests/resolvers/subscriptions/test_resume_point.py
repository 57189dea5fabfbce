"""resumeMoved: by heartbeats, by events, back when an event is voided, until the learner withdraws."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from resolvers.subscriptions.topics import LONGEST_RETRY
from stores.domain.events import Verb
from stores.errors import CursorExpired
from tests.resolvers import world
from tests.resolvers.subscriptions.live_school import (
    ADA_ALGEBRA,
    CLASSMATE,
    FailingStore,
    School,
    Subscription,
    open_school,
    other_tasks,
    settle,
)

REGISTRATION = world.registration(world.BOTANY, 0)
QUERY = f'resumeMoved(registration: "{REGISTRATION}") {{ registration itemKey position item {{ title }} }}'
SECOND = timedelta(seconds=1)


async def place(subscription: Subscription) -> tuple[str, float]:
    event = await subscription.event()
    assert event["registration"] == str(REGISTRATION)
    return event["itemKey"], event["position"]


async def subscribed() -> tuple[School, Subscription]:
    school = await open_school(progress=FailingStore)
    return school, await school.subscribe(QUERY, world.learner())


async def test_it_begins_without_an_event_if_there_is_no_resume_point() -> None:
    school, subscription = await subscribed()
    assert await subscription.is_silent()
    await school.heartbeat(world.ADA, world.BOTANY, "video", position=3.0)
    assert await place(subscription) == ("video", 3.0)
    await subscription.close()


async def test_it_begins_with_the_later_of_the_hot_and_the_durable_point() -> None:
    school = await open_school()
    await school.heartbeat(world.ADA, world.BOTANY, "page", position=1.0)
    first = await school.subscribe(QUERY, world.learner())
    assert await place(first) == ("page", 1.0)
    school.clock.forward(SECOND)
    await school.record(REGISTRATION, Verb.PAUSED, "video", position=2.0, deliver=False)
    assert await first.is_silent()  # the relay has not yet moved the hot point
    await first.close()
    second = await school.subscribe(QUERY, world.instructor(world.BOTANY))
    assert await place(second) == ("video", 2.0)
    await second.close()


async def test_it_moves_with_heartbeats_and_events_and_back_when_an_event_is_voided() -> None:
    school, subscription = await subscribed()
    assert await subscription.is_silent()
    progress: Any = school.stores.progress
    await school.heartbeat(world.ADA, world.BOTANY, "page", position=1.0)
    assert await place(subscription) == ("page", 1.0)
    await school.clock.advance(SECOND)
    await school.record(REGISTRATION, Verb.PAUSED, "video", position=2.0)
    assert await place(subscription) == ("video", 2.0)
    await school.clock.advance(SECOND)
    event = await school.record(REGISTRATION, Verb.PAUSED, "video", position=9.0)
    assert await place(subscription) == ("video", 9.0)
    await school.heartbeat(world.ADA, world.BOTANY, "page", position=0.5, at=school.clock() - SECOND)
    assert await subscription.is_silent()
    read = progress.calls.count("resume_points")
    await school.record(REGISTRATION, Verb.VOIDED, voids=event.id)
    assert await place(subscription) == ("video", 2.0)
    assert (read, progress.calls.count("resume_points")) == (2, 3)
    await subscription.close()


async def test_a_heartbeat_costs_no_call_of_the_progress_store() -> None:
    school, subscription = await subscribed()
    await school.heartbeat(world.ADA, world.BOTANY, "page", position=1.0)
    assert await place(subscription) == ("page", 1.0)
    progress: Any = school.stores.progress
    progress.calls.clear()
    for number in range(3):
        await school.clock.advance(SECOND)
        await school.heartbeat(world.ADA, world.BOTANY, "page", position=2.0 + number)
        assert await place(subscription) == ("page", 2.0 + number)
    assert set(progress.calls) == {"by_registrations"}  # for the title of the item
    await subscription.close()


@pytest.mark.parametrize(
    ("viewer", "registration", "code"),
    [
        (world.learner(world.BEN), REGISTRATION, "FORBIDDEN"),
        (world.instructor(world.ALGEBRA), REGISTRATION, "FORBIDDEN"),
        (world.learner(), uuid4(), "FORBIDDEN"),
        (world.admin(), uuid4(), "BAD_USER_INPUT"),
    ],
)
async def test_it_requires_permission_to_see_the_enrolment(viewer: Any, registration: Any, code: str) -> None:
    school = await open_school()
    subscription = await school.subscribe(f'resumeMoved(registration: "{registration}") {{ at }}', viewer)
    assert await subscription.code() == code


async def test_it_completes_when_the_learner_withdraws_without_a_further_move() -> None:
    school = await open_school()
    subscription = await school.subscribe(QUERY, world.learner())
    await school.heartbeat(world.ADA, world.BOTANY, "video", position=3.0)
    assert await place(subscription) == ("video", 3.0)
    await school.record(CLASSMATE, Verb.UNREGISTERED)
    await school.record(ADA_ALGEBRA, Verb.UNREGISTERED)
    assert await subscription.is_silent()
    await school.record(REGISTRATION, Verb.UNREGISTERED)
    assert await subscription.has_ended()
    await settle()
    assert other_tasks() == 0


async def test_it_completes_at_once_if_the_learner_has_withdrawn() -> None:
    school = await open_school()
    await school.heartbeat(world.ADA, world.BOTANY, "video", position=3.0)
    await school.record(REGISTRATION, Verb.UNREGISTERED)
    subscription = await school.subscribe(QUERY, world.learner())
    assert await subscription.has_ended()


async def test_it_completes_if_the_learner_withdraws_while_the_feed_is_lost() -> None:
    school = await open_school()
    live: Any = school.stores.live
    subscription = await school.subscribe(QUERY, world.learner())
    assert await subscription.is_silent()
    (listener,) = next(iter(filter(None, live._listeners.values())))
    await school.record(REGISTRATION, Verb.UNREGISTERED, deliver=False)
    listener.fail(CursorExpired("live", "the feed was lost"))
    assert await subscription.is_silent()
    await school.clock.advance(LONGEST_RETRY)
    assert await subscription.has_ended()
