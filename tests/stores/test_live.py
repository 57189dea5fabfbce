"""The contract of live, on every backend."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from stores.domain.outbox import Commit
from stores.domain.paging import ENROLLMENTS_OF_LEARNER, LEARNERS, encode
from stores.domain.progress import CourseProgress, EnrollmentState, ItemProgress, ProgressState
from stores.domain.updates import FEED_LENGTHS, MAX_PENDING, FeedKey, FeedKind, Update
from stores.errors import CursorExpired, Rejected
from stores.ports.live import Live
from tests.stores.samples import NOON, TRACEPARENT, commit

LEARNER = FeedKey(FeedKind.LEARNER, "u1")
COURSE = FeedKey(FeedKind.COURSE, "c1")


async def take(feed: AsyncIterator[Update], count: int) -> list[Update]:
    return [await asyncio.wait_for(anext(feed), 30) for _ in range(count)]


async def versions(feed: AsyncIterator[Update], count: int) -> list[int]:
    return [update.version for update in await take(feed, count)]


def commits(first: int, last: int, *, of: int = 1) -> list[Commit]:
    return [commit(number, of=of) for number in range(first, last + 1)]


async def publish(live: Live, all_of_them: list[Commit]) -> None:
    for start in range(0, len(all_of_them), 200):
        await live.publish(all_of_them[start : start + 200])


async def test_answers_a_ping(live: Live) -> None:
    await live.ping()


async def test_an_update_arrives_exactly_as_it_was_published(live: Live) -> None:
    registration, at = UUID(int=7), NOON + timedelta(milliseconds=123)
    row = ItemProgress(
        registration=registration,
        item_key='ï"\n🎓',
        attempts=3,
        completed_at=at,
        passed_at=at + timedelta(milliseconds=1),
        waived_at=at + timedelta(milliseconds=2),
        failed=True,
        started=True,
        viewed=True,
        progress=0.1 + 0.2,
        best_score=1 / 3,
        latest_score=5e-324,
        latest_at=at + timedelta(milliseconds=3),
        latest_id=UUID(int=9),
        time_spent_ms=2**40,
        last_event_at=at + timedelta(milliseconds=4),
        state=ProgressState.WAIVED,
        completion=1.0,
        satisfied=True,
        satisfied_at=at + timedelta(milliseconds=5),
    )
    progress = CourseProgress(
        registration=registration,
        completion=0.7,
        score=2 / 3,
        items_done=1,
        items_total=2,
        satisfied=True,
        satisfied_at=at,
        time_spent_ms=2**50,
        last_activity_at=at + timedelta(milliseconds=6),
        version=12,
    )
    sent = Commit(
        registration=registration,
        number=12,
        learner_id="ü: 1",
        course_key="ç 1",
        at=at,
        state=EnrollmentState.COMPLETED,
        progress=progress,
        changed=(row, ItemProgress(registration=registration, item_key="blank")),
    )
    for topic, traceparent in (
        (FeedKey(FeedKind.LEARNER, "ü: 1"), None),
        (FeedKey(FeedKind.COURSE, "ç 1"), TRACEPARENT),
    ):
        sent = replace(sent, traceparent=traceparent)
        async with live.feed(topic, after=None) as feed:
            await live.publish([sent])
            (update,) = await take(feed, 1)
        assert repr(update) == repr(
            Update(
                cursor=update.cursor,
                registration=registration,
                learner_id="ü: 1",
                course_key="ç 1",
                at=at,
                state=EnrollmentState.COMPLETED,
                progress=progress,
                changed=sent.changed,
                traceparent=traceparent,
            )
        )
        sent = replace(sent, number=13)


async def test_commits_without_progress_are_not_published(live: Live) -> None:
    async with live.feed(LEARNER, after=None) as feed:
        await live.publish([])
        await live.publish([commit(1, progress=None)])
        await live.publish([commit(2), commit(3, progress=None), commit(4)])
        assert await versions(feed, 2) == [2, 4]


async def test_each_feed_has_its_own_in_order(live: Live) -> None:
    async with (
        live.feed(LEARNER, after=None) as first,
        live.feed(FeedKey(FeedKind.LEARNER, "u2"), after=None) as second,
        live.feed(COURSE, after=None) as course,
        live.feed(FeedKey(FeedKind.COURSE, "u1"), after=None) as other,
    ):
        await live.publish([commit(1), commit(1, of=2), commit(2), commit(2, of=2, course_key="u1"), commit(3)])
        assert await versions(first, 3) == [1, 2, 3]
        assert await versions(second, 2) == [1, 2]
        assert [(each.registration.int, each.version) for each in await take(course, 4)] == [
            (1, 1),
            (2, 1),
            (1, 2),
            (1, 3),
        ]
        assert await versions(other, 1) == [2]


async def test_publishing_is_idempotent(live: Live) -> None:
    async with live.feed(LEARNER, after=None) as learner, live.feed(COURSE, after=None) as course:
        await live.publish(commits(1, 3))
        await live.publish(commits(1, 3))
        await live.publish([*commits(2, 4), *commits(1, 2, of=2), *commits(3, 5)])
        await asyncio.gather(*(live.publish(commits(4, 8)) for _ in range(5)))
        await live.publish([commit(10), commit(9), commit(11)])
        assert await versions(learner, 10) == [1, 2, 3, 4, 5, 6, 7, 8, 10, 11]
        assert [each.version for each in await take(course, 12) if each.registration.int == 2] == [1, 2]


async def test_a_subscriber_gets_what_is_published_from_then_on(live: Live) -> None:
    await live.publish(commits(1, 2))
    async with live.feed(LEARNER, after=None) as feed:
        await live.publish(commits(3, 4))
        assert await versions(feed, 2) == [3, 4]
        await live.publish(commits(5, 5))
        assert await versions(feed, 1) == [5]


async def test_a_feed_has_many_subscribers(live: Live) -> None:
    async with AsyncExitStack() as stack:
        feeds = [await stack.enter_async_context(live.feed(LEARNER, after=None)) for _ in range(10)]
        await live.publish(commits(1, 5))
        found = await asyncio.gather(*(take(feed, 5) for feed in feeds))
        assert [each.version for each in found[0]] == [1, 2, 3, 4, 5]
        assert all(each == found[0] for each in found)


async def test_a_subscriber_resumes_after_its_cursor(live: Live) -> None:
    for topic in (LEARNER, COURSE):
        start = 1 if topic is LEARNER else 21
        async with live.feed(topic, after=None) as feed:
            await live.publish(commits(start, start + 4))
            seen = await take(feed, 5)
        await live.publish(commits(start + 5, start + 9))
        for count, update in enumerate(seen, start=1):
            async with live.feed(topic, after=update.cursor) as feed:
                assert await versions(feed, 10 - count) == list(range(start + count, start + 10))
        async with live.feed(topic, after=update.cursor) as feed:
            last = (await take(feed, 5))[-1]
            async with live.feed(topic, after=last.cursor) as later:
                await live.publish(commits(start + 10, start + 10))
                assert await versions(feed, 1) == await versions(later, 1) == [start + 10]


async def test_an_update_has_one_cursor_from_channel_and_feed(live: Live) -> None:
    async with live.feed(LEARNER, after=None) as feed:
        await live.publish(commits(1, 9))
        messages = await take(feed, 9)
    async with live.feed(LEARNER, after=messages[0].cursor) as feed:
        assert await take(feed, 8) == messages[1:]


async def test_a_learners_listener_that_does_not_read_loses_nothing(live: Live) -> None:
    async with live.feed(LEARNER, after=None) as feed:
        await publish(live, commits(1, 3 * MAX_PENDING))
        assert await versions(feed, 10) == list(range(1, 11))
        await publish(live, commits(3 * MAX_PENDING + 1, 3 * MAX_PENDING + 2))
        found = await take(feed, 3 * MAX_PENDING - 8)
        assert [update.version for update in found] == list(range(11, 3 * MAX_PENDING + 3))
        assert {update.coalesced for update in found} == {0}


async def test_a_courses_listener_that_does_not_read_skips_to_the_latest(live: Live) -> None:
    async with live.feed(COURSE, after=None) as feed, live.feed(LEARNER, after=None) as messages:
        await publish(live, [*commits(1, 5, of=2), *commits(1, MAX_PENDING + 50)])
        async with live.feed(COURSE, after=None) as later:
            # The last message was offered to all listeners: the queue of the slow one is full then.
            await live.publish(commits(6, 6, of=2))
            await take(later, 1)
        found = await take(feed, 58)
        assert [update.version for update in found if update.registration.int == 2] == [5, 6]
        assert [update.version for update in found][-2:] == [MAX_PENDING + 50, 6]
        assert sum(1 + update.coalesced for update in found) == MAX_PENDING + 56
        changed = [row.item_key for update in found if update.registration.int == 1 for row in update.changed]
        assert sorted(changed) == sorted(f"i{number}" for number in range(1, MAX_PENDING + 51))
        await take(messages, 1)


async def test_a_cursor_before_the_first_stored_update_has_expired(live: Live) -> None:
    async with live.feed(LEARNER, after=None) as feed:
        await live.publish(commits(1, 1))
        (first,) = await take(feed, 1)
    length = FEED_LENGTHS[FeedKind.LEARNER]
    await publish(live, commits(2, 50))
    async with live.feed(LEARNER, after=first.cursor) as feed:
        assert await versions(feed, 49) == list(range(2, 51))
    async with live.feed(LEARNER, after=None) as slow:
        await publish(live, commits(51, 2 * length))
        with pytest.raises(CursorExpired):
            await take(slow, length + 200)
    with pytest.raises(CursorExpired):
        async with live.feed(LEARNER, after=first.cursor):
            pass


async def test_a_cursor_of_another_feed_has_expired(live: Live) -> None:
    async with live.feed(LEARNER, after=None) as feed:
        await live.publish([*commits(1, 3), *commits(1, 3, of=2)])
        cursor = (await take(feed, 1))[0].cursor
    for topic in (FeedKey(FeedKind.LEARNER, "u2"), COURSE, FeedKey(FeedKind.COURSE, "u1")):
        with pytest.raises(CursorExpired):
            async with live.feed(topic, after=cursor):
                pass


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "é",
        encode("x"),
        encode(1, "e", 1),
        encode(1, "e", "1", 2),
        encode(1, "e", -1, 2),
        encode(1, "e", 1, -2),
        "null",
        LEARNERS.encode("u1"),
        ENROLLMENTS_OF_LEARNER.encode(1, str(UUID(int=1))),
    ],
)
async def test_a_malformed_cursor_is_rejected(live: Live, cursor: str) -> None:
    with pytest.raises(Rejected):
        async with live.feed(LEARNER, after=cursor):
            pass


async def test_signals_reach_every_subscriber(live: Live) -> None:
    async with live.signals("a:é") as first, live.signals("a:é") as second, live.signals("b") as other:
        await live.signal([])
        await live.signal(["c", "a:é", "b", "a:é"])
        for signals, key in ((first, "a:é"), (second, "a:é"), (other, "b")):
            assert await asyncio.wait_for(anext(signals), 30) == frozenset([key])
        await live.signal(["b"])
        assert await asyncio.wait_for(anext(other), 30) == frozenset("b")


async def test_announced_keys_reach_every_subscriber_of_the_channel_in_order(live: Live) -> None:
    async with live.signals("c") as first, live.signals("c") as second, live.signals("d") as other:
        await live.announce("c", [])
        await live.announce("c", ["a é", "b"])
        await live.announce("c", ["last"])
        await live.announce("d", ["other"])
        for signals, keys in ((first, {"a é", "b", "last"}), (second, {"a é", "b", "last"}), (other, {"other"})):
            received: list[frozenset[str]] = []
            while keys - frozenset().union(*received):
                step = await asyncio.wait_for(anext(signals), 30)
                assert step is not None
                received.append(step)
            if keys != {"other"}:
                assert "last" in received[-1]


async def test_a_cancelled_step_loses_nothing(live: Live) -> None:
    async with live.feed(LEARNER, after=None) as feed:
        for number in (1, 2):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(anext(feed), 0.02)
            await live.publish(commits(number, number))
            assert await versions(feed, 1) == [number]
