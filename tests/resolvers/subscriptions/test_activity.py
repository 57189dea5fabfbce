"""courseActivity: the current window, its end, and late events."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from stores.domain.events import Verb
from stores.domain.updates import activity_channel
from tests.resolvers import world
from tests.resolvers.subscriptions.live_school import FailingStore, School, Subscription, open_school

REGISTRATION, OTHER = world.registration(world.ALGEBRA, 0), world.registration(world.ALGEBRA, 1)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def query(window: str = "HOUR", fields: str = "start end events learners activeSeconds") -> str:
    return f'courseActivity(course: "{world.ALGEBRA}", window: {window}) {{ {fields} }}'


async def add_event(school: School, registration: Any = REGISTRATION, *, at: datetime | None = None) -> None:
    await school.record(registration, Verb.VIEWED, "page", at=at or school.clock(), duration_ms=1500)
    await school.stores.live.signal([activity_channel(world.ALGEBRA)])


async def bucket(subscription: Subscription) -> tuple[str, int, int | None]:
    event = await subscription.event()
    return event["start"], event["events"], event["learners"]


NOON, ONE, TWO = (f"2026-03-30T{hour}:00:00.000Z" for hour in (12, 13, 14))


async def test_it_begins_with_the_current_window_and_continues_with_its_changes() -> None:
    school = await open_school()
    await add_event(school)
    subscription = await school.subscribe(query(), world.instructor(world.ALGEBRA))
    assert await subscription.event() == {"start": NOON, "end": ONE, "events": 1, "learners": 1, "activeSeconds": 1.5}
    await school.clock.advance(SECOND)
    await school.stores.live.signal([activity_channel(world.ALGEBRA)])
    assert await subscription.is_silent()
    await school.clock.advance(SECOND)
    await add_event(school, OTHER)
    assert await subscription.event() == {"start": NOON, "end": ONE, "events": 2, "learners": 2, "activeSeconds": 3.0}
    await subscription.close()


async def test_it_is_read_at_most_once_a_second() -> None:
    school = await open_school(activity=FailingStore)
    activity: Any = school.stores.activity
    subscription = await school.subscribe(query())
    assert await bucket(subscription) == (NOON, 0, 0)
    for _ in range(5):
        await add_event(school)
        assert await subscription.is_silent()
    assert activity.calls.count("by_courses") == 1
    await school.clock.advance(SECOND)
    assert await bucket(subscription) == (NOON, 5, 1)
    assert activity.calls.count("by_courses") == 2
    await subscription.close()


async def test_at_the_end_of_a_window_its_final_bucket_and_the_next_window_are_sent() -> None:
    school = await open_school()
    subscription = await school.subscribe(query())
    assert await bucket(subscription) == (NOON, 0, 0)
    await school.clock.advance(HOUR - SECOND)
    await add_event(school)
    assert await bucket(subscription) == (NOON, 1, 1)
    await school.clock.advance(SECOND)
    assert [await bucket(subscription), await bucket(subscription)] == [(NOON, 1, 1), (ONE, 0, 0)]
    await school.clock.advance(30 * SECOND)
    await add_event(school, at=school.clock() - MINUTE)  # a late event of the finished window
    assert await bucket(subscription) == (NOON, 2, 1)
    await school.clock.advance(30 * SECOND)
    await add_event(school, at=school.clock() - 2 * MINUTE)
    assert await subscription.is_silent()
    await add_event(school)
    await school.clock.advance(SECOND)
    assert await bucket(subscription) == (ONE, 1, 1)
    await school.clock.advance(HOUR)
    assert [await bucket(subscription), await bucket(subscription)] == [(ONE, 1, 1), (TWO, 0, 0)]
    await subscription.close()


async def test_a_subscriber_after_the_end_of_a_window_begins_with_the_next_one() -> None:
    school = await open_school()
    first = await school.subscribe(query())
    assert await bucket(first) == (NOON, 0, 0)
    await school.clock.advance(HOUR + SECOND)
    second = await school.subscribe(query())
    assert await bucket(second) == (ONE, 0, 0)
    assert await second.is_silent()
    assert [await bucket(first), await bucket(first)] == [(NOON, 0, 0), (ONE, 0, 0)]
    await first.close()
    await second.close()


@pytest.mark.parametrize(
    ("window", "start", "end"),
    [
        ("DAY", "2026-03-30T00:00:00.000Z", "2026-03-31T00:00:00.000Z"),
        ("WEEK", "2026-03-30T00:00:00.000Z", "2026-04-06T00:00:00.000Z"),
    ],
)
async def test_windows_are_whole_windows_of_utc(window: str, start: str, end: str) -> None:
    school = await open_school()
    await add_event(school)
    subscription = await school.subscribe(query(window))
    event = await subscription.event()
    assert (event["start"], event["end"], event["events"], event["learners"]) == (start, end, 1, 1)
    await subscription.close()


async def test_learners_are_counted_only_for_subscribers_who_select_them() -> None:
    school = await open_school(activity=FailingStore)
    activity: Any = school.stores.activity
    with_learners = await school.subscribe(query(fields="learners"))
    selections = ("events", "events ... @skip(if: true) { learners }")
    without = [await school.subscribe(query(fields=fields)) for fields in selections]
    assert await with_learners.event() == {"learners": 0}
    assert [await one.event() for one in without] == [{"events": 0}] * 2
    assert activity.calls.count("by_courses") == 2
    for one in (with_learners, *without):
        await one.close()


async def test_it_retries_while_the_activity_is_unavailable() -> None:
    school = await open_school(activity=FailingStore)
    activity: Any = school.stores.activity
    subscription = await school.subscribe(query())
    assert await bucket(subscription) == (NOON, 0, 0)
    await add_event(school)
    activity.take_down("activity")
    await school.clock.advance(HOUR)
    refused = await school.subscribe(query())
    assert await refused.code() == "STORE_UNAVAILABLE"
    assert await subscription.is_silent()
    activity.error = None
    await school.clock.advance(10 * SECOND)
    assert [await bucket(subscription), await bucket(subscription)] == [(NOON, 1, 1), (ONE, 0, 0)]
    await subscription.close()


@pytest.mark.parametrize("viewer", [world.learner(), world.instructor(world.BOTANY)])
async def test_only_the_courses_instructors_may_subscribe_to_activity(viewer: Any) -> None:
    school = await open_school()
    assert await (await school.subscribe(query(), viewer)).code() == "FORBIDDEN"
