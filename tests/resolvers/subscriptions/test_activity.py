"""What goes on in a course, as it goes on: the current window, its end, and what comes in late."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from stores.domain.events import Verb
from stores.domain.updates import activity_channel
from tests.resolvers import world
from tests.resolvers.subscriptions.watched_school import Broken, School, Watcher, open_school

REGISTRATION, OTHER = world.registration(world.ALGEBRA, 0), world.registration(world.ALGEBRA, 1)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def query(window: str = "HOUR") -> str:
    return f'courseActivity(course: "{world.ALGEBRA}", window: {window}) {{ start end events learners activeSeconds }}'


async def goes_on(school: School, registration: Any = REGISTRATION, *, at: datetime | None = None) -> None:
    event = await school.does(registration, Verb.VIEWED, "page", at=at or school.clock(), duration_ms=1500)
    await school.stores.timeline.append([event])
    await school.stores.live.signal([activity_channel(world.ALGEBRA)])


async def bucket(watcher: Watcher) -> tuple[str, int, int | None]:
    told = await watcher.event()
    return told["start"], told["events"], told["learners"]


NOON, ONE, TWO = (f"2026-03-30T{hour}:00:00.000Z" for hour in (12, 13, 14))


async def test_it_begins_with_the_current_window_and_goes_on_when_that_changed() -> None:
    school = await open_school()
    await goes_on(school)
    watcher = await school.watch(query(), world.instructor(world.ALGEBRA))
    assert await watcher.event() == {"start": NOON, "end": ONE, "events": 1, "learners": 1, "activeSeconds": 1.5}
    await school.clock.on(SECOND)
    await school.stores.live.signal([activity_channel(world.ALGEBRA)])
    assert await watcher.silent()
    await school.clock.on(SECOND)
    await goes_on(school, OTHER)
    assert await watcher.event() == {"start": NOON, "end": ONE, "events": 2, "learners": 2, "activeSeconds": 3.0}
    await watcher.close()


async def test_it_is_read_at_most_once_a_second() -> None:
    school = await open_school(timeline=Broken)
    timeline: Any = school.stores.timeline
    watcher = await school.watch(query())
    assert await bucket(watcher) == (NOON, 0, 0)
    for _ in range(5):
        await goes_on(school)
        assert await watcher.silent()
    assert timeline.calls.count("course_quarters") == 1
    await school.clock.on(SECOND)
    assert await bucket(watcher) == (NOON, 5, 1)
    assert timeline.calls.count("course_quarters") == 2
    await watcher.close()


async def test_at_its_end_a_window_is_told_once_more_and_the_next_one_begins() -> None:
    school = await open_school()
    watcher = await school.watch(query())
    assert await bucket(watcher) == (NOON, 0, 0)
    await school.clock.on(HOUR - SECOND)
    await goes_on(school)
    assert await bucket(watcher) == (NOON, 1, 1)
    await school.clock.on(SECOND)
    assert [await bucket(watcher), await bucket(watcher)] == [(NOON, 1, 1), (ONE, 0, 0)]
    await school.clock.on(30 * SECOND)
    await goes_on(school, at=school.clock() - MINUTE)  # a late one, of the window that is over
    assert await bucket(watcher) == (NOON, 2, 1)
    await school.clock.on(30 * SECOND)
    await goes_on(school, at=school.clock() - 2 * MINUTE)
    assert await watcher.silent()
    await goes_on(school)
    await school.clock.on(SECOND)
    assert await bucket(watcher) == (ONE, 1, 1)
    await school.clock.on(HOUR)
    assert [await bucket(watcher), await bucket(watcher)] == [(ONE, 1, 1), (TWO, 0, 0)]
    await watcher.close()


async def test_who_joins_after_a_windows_end_begins_with_the_next_one() -> None:
    school = await open_school()
    first = await school.watch(query())
    assert await bucket(first) == (NOON, 0, 0)
    await school.clock.on(HOUR + SECOND)
    second = await school.watch(query())
    assert await bucket(second) == (ONE, 0, 0)
    assert await second.silent()
    assert [await bucket(first), await bucket(first)] == [(NOON, 0, 0), (ONE, 0, 0)]
    await first.close()
    await second.close()


@pytest.mark.parametrize(
    ("window", "start", "end", "learners"),
    [
        ("DAY", "2026-03-30T00:00:00.000Z", "2026-03-31T00:00:00.000Z", 1),
        ("WEEK", "2026-03-30T00:00:00.000Z", "2026-04-06T00:00:00.000Z", None),
    ],
)
async def test_windows_are_whole_ones_of_utc(window: str, start: str, end: str, learners: int | None) -> None:
    school = await open_school()
    await goes_on(school)
    watcher = await school.watch(query(window))
    told = await watcher.event()
    assert (told["start"], told["end"], told["events"], told["learners"]) == (start, end, 1, learners)
    await watcher.close()


async def test_a_timeline_that_is_away_is_waited_for() -> None:
    school = await open_school(timeline=Broken)
    timeline: Any = school.stores.timeline
    watcher = await school.watch(query())
    assert await bucket(watcher) == (NOON, 0, 0)
    await goes_on(school)
    timeline.away("timeline")
    await school.clock.on(HOUR)
    joining = await school.watch(query())
    assert await joining.code() == "STORE_UNAVAILABLE"
    assert await watcher.silent()
    timeline.error = None
    await school.clock.on(10 * SECOND)
    assert [await bucket(watcher), await bucket(watcher)] == [(NOON, 1, 1), (ONE, 0, 0)]
    await watcher.close()


@pytest.mark.parametrize("viewer", [world.learner(), world.instructor(world.BOTANY)])
async def test_activity_is_the_affair_of_the_courses_instructors(viewer: Any) -> None:
    school = await open_school()
    assert await (await school.watch(query(), viewer)).code() == "FORBIDDEN"
