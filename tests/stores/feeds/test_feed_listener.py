"""Listeners of feeds, and mailboxes of signals."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from stores.domain.queue_counts import QueueCounts
from stores.domain.updates import FEED_LENGTHS, MAX_PENDING, FeedKind, update_of
from stores.feeds.feed_listener import FeedListener
from stores.feeds.feed_position import START, FeedEntry, FeedPosition, updates_expired
from stores.feeds.signals import MAX_KEYS, Mailbox
from tests.stores.samples import commit


def row(place: int, *, of: int = 1) -> FeedEntry:
    return FeedEntry((place, 0), update_of(commit(place, of=of), f"at {place}"))


class Log:
    """A feed in a list. `meanwhile` is called once during the next read, after the rows were read."""

    def __init__(self, *rows: FeedEntry) -> None:
        self.rows = list(rows)
        self.reads: list[FeedPosition] = []
        self.meanwhile: Callable[[], Awaitable[None]] | None = None
        self.counts = QueueCounts()

    async def read(self, place: FeedPosition, most: int) -> Sequence[FeedEntry]:
        self.reads.append(place)
        found = [each for each in self.rows if each[0] > place][:most]
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        return found

    def listener(
        self, kind: FeedKind = FeedKind.LEARNER, *, behind: bool = False, start: FeedPosition = START
    ) -> FeedListener:
        return FeedListener(kind, self.read, start=start, behind=behind, counts=self.counts)

    def publish(self, listener: FeedListener, *rows: FeedEntry) -> None:
        self.rows += rows
        for each in rows:
            listener.offer(each)


async def versions(listener: FeedListener, count: int) -> list[int]:
    return [(await asyncio.wait_for(anext(listener), 30)).version for _ in range(count)]


async def idle(listener: FeedListener) -> bool:
    """Whether the listener has nothing to deliver or read. Leaves it as it was."""
    waiting = asyncio.ensure_future(anext(listener))
    for _ in range(5):
        await asyncio.sleep(0)
    if waiting.done():
        return False
    waiting.cancel()
    await asyncio.wait([waiting])
    return True


async def test_offered_updates_arrive_in_order_and_once() -> None:
    log = Log()
    listener = log.listener(start=(2, 0))
    for place in (2, 3, 3, 4, 3):
        listener.offer(row(place))
    assert await versions(listener, 2) == [3, 4]
    listener.offer(row(4))
    assert await idle(listener)
    assert log.reads == []


async def test_a_waiting_listener_is_woken() -> None:
    listener = Log().listener()
    waiting = asyncio.ensure_future(anext(listener))
    await asyncio.sleep(0)
    listener.offer(row(1))
    listener.offer(row(2))
    assert (await waiting).version == 1
    assert await versions(listener, 1) == [2]


async def test_a_learners_listener_reads_the_feed_after_too_many_pending_updates() -> None:
    log = Log()
    listener = log.listener()
    log.publish(listener, *(row(place) for place in range(1, 3 * MAX_PENDING + 1)))
    assert await versions(listener, 3 * MAX_PENDING) == list(range(1, 3 * MAX_PENDING + 1))
    assert log.reads == [(MAX_PENDING, 0), (2 * MAX_PENDING, 0)]
    assert log.counts == QueueCounts(coalesced=0, dropped=2 * MAX_PENDING)
    assert await idle(listener)
    log.publish(listener, row(3 * MAX_PENDING + 1))
    assert await versions(listener, 1) == [3 * MAX_PENDING + 1]


async def test_a_courses_listener_coalesces_too_many_pending_updates() -> None:
    log = Log()
    listener = log.listener(FeedKind.COURSE)
    log.publish(listener, row(1, of=2), *(row(place) for place in range(2, MAX_PENDING + 1)))
    log.publish(listener, row(MAX_PENDING + 1), row(MAX_PENDING + 2, of=3), row(MAX_PENDING + 3, of=2))
    found = [await anext(listener) for _ in range(5)]
    assert [each.version for each in found] == [
        1,
        MAX_PENDING,
        MAX_PENDING + 1,
        MAX_PENDING + 2,
        MAX_PENDING + 3,
    ]
    assert [each.coalesced for each in found] == [0, MAX_PENDING - 2, 0, 0, 0]
    assert log.counts == QueueCounts(coalesced=MAX_PENDING - 2, dropped=0)
    assert [each.cursor for each in found] == [f"at {each.version}" for each in found]
    assert [each.item_key for each in found[1].changed] == [f"i{place}" for place in range(2, MAX_PENDING + 1)]
    assert await idle(listener)
    assert log.reads == []


async def test_coalesced_updates_stay_after_a_gap() -> None:
    log = Log()
    listener = log.listener(FeedKind.COURSE)
    log.publish(
        listener,
        *(row(place, of=place) for place in range(1, MAX_PENDING + 1)),
        row(MAX_PENDING + 1, of=1),
    )
    first = await anext(listener)
    assert (first.version, first.coalesced) == (MAX_PENDING + 1, 1)
    assert first.cursor == "at 1", "a client that resumed after its own cursor would miss the update at position 2"
    log.rows.append(row(MAX_PENDING + 2, of=5))
    listener.lose()
    assert await versions(listener, MAX_PENDING) == [
        *range(2, MAX_PENDING + 1),
        MAX_PENDING + 2,
    ]
    assert log.reads == [(MAX_PENDING + 1, 0)]


async def test_registrations_of_a_large_course_take_turns_and_no_cursor_skips_any() -> None:
    log = Log()
    listener = log.listener(FeedKind.COURSE)
    class_size, taken = MAX_PENDING + 44, 20
    delivered: dict[int, int] = {}
    for _ in range(2 * class_size // taken):
        start = len(log.rows)
        log.publish(listener, *(row(start + of, of=of) for of in range(1, class_size + 1)))
        for _ in range(taken):
            update = await anext(listener)
            delivered[update.registration.int] = update.version
            behind = int(update.cursor.removeprefix("at "))
            due = {each.registration.int: each.version for (place, _), each in log.rows[:behind] if place <= behind}
            assert all(delivered.get(of, 0) >= version for of, version in due.items())
    assert delivered.keys() == set(range(1, class_size + 1))


async def test_a_courses_listener_that_catches_up_does_not_fall_behind_again() -> None:
    """Updates arrive twice as fast as they are taken; the feed is still read only once."""
    log = Log(*(row(place, of=place % 7) for place in range(1, 5 * MAX_PENDING)))
    listener = log.listener(FeedKind.COURSE, behind=True)
    for _ in range(40):
        await anext(listener)
        start = len(log.rows) + 1
        log.publish(listener, row(start, of=start % 7), row(start + 1, of=(start + 1) % 7))
    assert len(log.reads) == 5, "the feed is read to its end once"


async def test_more_updates_than_a_course_feed_holds_are_read_again() -> None:
    log = Log()
    listener = log.listener(FeedKind.COURSE)
    many = FEED_LENGTHS[FeedKind.COURSE]
    log.publish(listener, *(row(place, of=place) for place in range(1, many + 3)))
    assert await versions(listener, many + 2) == list(range(1, many + 3))
    assert log.reads == [(many, 0)]


async def test_a_listener_that_begins_behind_reads_batches_and_then_messages() -> None:
    count = 2 * MAX_PENDING + 7
    log = Log(*(row(place) for place in range(1, count + 1)))
    listener = log.listener(behind=True, start=(3, 0))
    listener.offer(row(count))
    assert await versions(listener, count - 3) == list(range(4, count + 1))
    log.publish(listener, row(count + 1))
    assert await versions(listener, 1) == [count + 1]
    assert log.reads == [(3, 0), (3 + MAX_PENDING, 0), (3 + 2 * MAX_PENDING, 0)]


async def test_updates_during_a_read_are_neither_lost_nor_repeated() -> None:
    log = Log(row(1), row(2))
    listener = log.listener(behind=True)

    async def meanwhile() -> None:
        listener.offer(row(2))
        log.publish(listener, row(3))

    log.meanwhile = meanwhile
    assert await versions(listener, 3) == [1, 2, 3]
    listener.offer(row(3))
    assert await idle(listener)
    assert len(log.reads) == 1


async def test_late_messages_do_not_count_as_pending() -> None:
    log = Log(*(row(place) for place in range(1, 6)))
    listener = log.listener(FeedKind.COURSE, behind=True)
    assert await versions(listener, 1) == [1]
    for place in range(1, 6):
        listener.offer(row(place))
    for place in range(6, MAX_PENDING + 9):
        listener.offer(row(place))
    found = [await anext(listener)]
    while found[-1].version < MAX_PENDING + 8:
        found.append(await anext(listener))
    assert [each.version for each in found] == sorted(each.version for each in found)
    assert sum(1 + each.coalesced for each in found) == MAX_PENDING + 7


async def test_a_gap_during_a_read_causes_another_read() -> None:
    log = Log(row(1))
    listener = log.listener(behind=True)

    async def meanwhile() -> None:
        log.rows.append(row(2))  # its message is lost
        listener.lose()
        log.publish(listener, row(3))

    log.meanwhile = meanwhile
    assert await versions(listener, 3) == [1, 2, 3]
    assert log.reads == [(0, 0), (1, 0)]


async def test_too_many_updates_during_a_read_cause_another_read() -> None:
    log = Log(row(1))
    listener = log.listener(behind=True)

    async def meanwhile() -> None:
        log.publish(listener, *(row(place) for place in range(2, 2 * MAX_PENDING)))

    log.meanwhile = meanwhile
    assert await versions(listener, 2 * MAX_PENDING - 1) == list(range(1, 2 * MAX_PENDING))


async def test_a_cancelled_read_loses_nothing() -> None:
    log = Log(row(1))
    listener = log.listener(behind=True)

    async def meanwhile() -> None:
        log.publish(listener, row(2))
        await asyncio.Event().wait()

    log.meanwhile = meanwhile
    reading = asyncio.ensure_future(anext(listener))
    for _ in range(3):
        await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait([reading])
    assert await versions(listener, 2) == [1, 2]


async def test_a_failure_ends_the_iteration() -> None:
    listener = Log().listener()
    waiting = asyncio.ensure_future(anext(listener))
    await asyncio.sleep(0)
    listener.fail(updates_expired())
    for again in (waiting, anext(listener)):
        with pytest.raises(type(updates_expired())):
            await again


async def test_a_mailbox_yields_each_key_once() -> None:
    mailbox = Mailbox()
    for key in "abca":
        mailbox.put(key)
    assert await anext(mailbox) == frozenset("abc")
    waiting = asyncio.ensure_future(anext(mailbox))
    await asyncio.sleep(0)
    assert not waiting.done()
    mailbox.put("d")
    mailbox.put("e")
    assert await waiting == frozenset("de")


async def test_a_full_mailbox_reports_that_any_key_may_have_changed() -> None:
    mailbox = Mailbox()
    for number in range(MAX_KEYS + 1):
        mailbox.put(str(number))
    mailbox.put("more")
    assert await anext(mailbox) is None
    mailbox.put("more")
    assert await anext(mailbox) == frozenset(["more"])
    mailbox.put("lost")
    mailbox.put_all()
    assert await anext(mailbox) is None
