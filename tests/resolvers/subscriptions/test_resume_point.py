"""Where a registration goes on, as it moves: by heartbeats, by events, and back when one is voided."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from resolvers.subscriptions.topics import LONGEST_RETRY
from stores.domain.events import Verb
from stores.errors import CursorExpired
from tests.resolvers import world
from tests.resolvers.subscriptions.watched_school import (
    ADA_ALGEBRA,
    CLASSMATE,
    Broken,
    School,
    Watcher,
    open_school,
    settled,
    tasks,
)

REGISTRATION = world.registration(world.BOTANY, 0)
QUERY = f'resumeMoved(registration: "{REGISTRATION}") {{ registration itemKey position item {{ title }} }}'
SECOND = timedelta(seconds=1)


async def place(watcher: Watcher) -> tuple[str, float]:
    told = await watcher.event()
    assert told["registration"] == str(REGISTRATION)
    return told["itemKey"], told["position"]


async def opened() -> tuple[School, Watcher]:
    school = await open_school(progress=Broken)
    return school, await school.watch(QUERY, world.learner())


async def test_it_begins_with_nothing_where_nothing_is_known() -> None:
    school, watcher = await opened()
    assert await watcher.silent()
    await school.beats(world.ADA, world.BOTANY, "video", position=3.0)
    assert await place(watcher) == ("video", 3.0)
    await watcher.close()


async def test_it_begins_with_the_later_of_what_is_hot_and_what_is_kept() -> None:
    school = await open_school()
    await school.beats(world.ADA, world.BOTANY, "page", position=1.0)
    first = await school.watch(QUERY, world.learner())
    assert await place(first) == ("page", 1.0)
    school.clock.forward(SECOND)
    await school.does(REGISTRATION, Verb.PAUSED, "video", position=2.0, deliver=False)
    assert await first.silent()  # what is kept reaches the hot state by the relay
    await first.close()
    again = await school.watch(QUERY, world.instructor(world.BOTANY))
    assert await place(again) == ("video", 2.0)
    await again.close()


async def test_it_moves_with_heartbeats_and_with_events_and_back_when_one_is_voided() -> None:
    school, watcher = await opened()
    assert await watcher.silent()
    progress: Any = school.stores.progress
    await school.beats(world.ADA, world.BOTANY, "page", position=1.0)
    assert await place(watcher) == ("page", 1.0)
    await school.clock.on(SECOND)
    await school.does(REGISTRATION, Verb.PAUSED, "video", position=2.0)
    assert await place(watcher) == ("video", 2.0)
    await school.clock.on(SECOND)
    event = await school.does(REGISTRATION, Verb.PAUSED, "video", position=9.0)
    assert await place(watcher) == ("video", 9.0)
    await school.beats(world.ADA, world.BOTANY, "page", position=0.5, at=school.clock() - SECOND)
    assert await watcher.silent()
    read = progress.calls.count("resume_points")
    await school.does(REGISTRATION, Verb.VOIDED, voids=event.id)
    assert await place(watcher) == ("video", 2.0)
    assert (read, progress.calls.count("resume_points")) == (2, 3)
    await watcher.close()


async def test_a_heartbeat_asks_nothing_of_the_store_of_progress() -> None:
    school, watcher = await opened()
    await school.beats(world.ADA, world.BOTANY, "page", position=1.0)
    assert await place(watcher) == ("page", 1.0)
    progress: Any = school.stores.progress
    progress.calls.clear()
    for number in range(3):
        await school.clock.on(SECOND)
        await school.beats(world.ADA, world.BOTANY, "page", position=2.0 + number)
        assert await place(watcher) == ("page", 2.0 + number)
    assert set(progress.calls) == {"by_registrations"}  # the item's title
    await watcher.close()


@pytest.mark.parametrize(
    ("viewer", "registration", "code"),
    [
        (world.learner(world.BEN), REGISTRATION, "FORBIDDEN"),
        (world.instructor(world.ALGEBRA), REGISTRATION, "FORBIDDEN"),
        (world.learner(), uuid4(), "FORBIDDEN"),
        (world.admin(), uuid4(), "BAD_USER_INPUT"),
    ],
)
async def test_it_is_the_affair_of_whoever_may_see_the_enrolment(viewer: Any, registration: Any, code: str) -> None:
    school = await open_school()
    watcher = await school.watch(f'resumeMoved(registration: "{registration}") {{ at }}', viewer)
    assert await watcher.code() == code


async def test_it_completes_when_the_learner_withdraws_without_a_further_move() -> None:
    school = await open_school()
    watcher = await school.watch(QUERY, world.learner())
    await school.beats(world.ADA, world.BOTANY, "video", position=3.0)
    assert await place(watcher) == ("video", 3.0)
    await school.does(CLASSMATE, Verb.UNREGISTERED)
    await school.does(ADA_ALGEBRA, Verb.UNREGISTERED)
    assert await watcher.silent()
    await school.does(REGISTRATION, Verb.UNREGISTERED)
    assert await watcher.ended()
    await settled()
    assert tasks() == 0


async def test_it_completes_at_once_if_the_learner_has_withdrawn() -> None:
    school = await open_school()
    await school.beats(world.ADA, world.BOTANY, "video", position=3.0)
    await school.does(REGISTRATION, Verb.UNREGISTERED)
    watcher = await school.watch(QUERY, world.learner())
    assert await watcher.ended()


async def test_it_completes_if_the_learner_withdraws_while_the_feed_is_lost() -> None:
    school = await open_school()
    live: Any = school.stores.live
    watcher = await school.watch(QUERY, world.learner())
    assert await watcher.silent()
    (listener,) = next(iter(filter(None, live._listeners.values())))
    await school.does(REGISTRATION, Verb.UNREGISTERED, deliver=False)
    listener.fail(CursorExpired("live", "the feed was lost"))
    assert await watcher.silent()
    await school.clock.on(LONGEST_RETRY)
    assert await watcher.ended()
