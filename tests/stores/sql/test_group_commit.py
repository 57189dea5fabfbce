"""Group commit: each caller gets its own verdicts, and the queue is bounded."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from stores.domain.events import Event, Verb
from stores.domain.progress import Enrollment, Verdict, VerdictStatus
from stores.domain.write_queue import MAX_RETRY_AFTER_MS, MIN_RETRY_AFTER_MS, WriteRate
from stores.errors import Rejected, RetryLater, StoreError, Unavailable
from stores.sql.progress.group_commit import GroupCommit, Items, Traces
from tests.stores.learning import done

EVENTS = [done(number, Verb.VIEWED, "page") for number in range(10)]


class Writes:
    """A `write` that accepts all events once `let` is set."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.begun = asyncio.Event()
        self.let = asyncio.Event()

    async def __call__(
        self, events: Sequence[Event], items: Items, enrollments: Sequence[Enrollment], traces: Traces
    ) -> Sequence[Verdict]:
        self.sizes.append(len(events))
        self.begun.set()
        await self.let.wait()
        return [Verdict(id=event.id, status=VerdictStatus.ACCEPTED) for event in events]


async def numbers(commits: GroupCommit, events: Sequence[Event]) -> list[int]:
    return [verdict.id.int for verdict in await commits.record(events, {})]


async def test_a_caller_that_leaves_does_not_shift_the_verdicts_of_others() -> None:
    write = Writes()
    commits = GroupCommit(write, most=9)
    writers = [
        asyncio.create_task(numbers(commits, EVENTS[start:end])) for start, end in ((0, 2), (2, 5), (5, 6), (6, 10))
    ]
    await write.begun.wait()
    writers[1].cancel()
    last = asyncio.create_task(numbers(commits, EVENTS[:1]))
    write.let.set()
    outcomes = await asyncio.gather(*writers, last, return_exceptions=True)
    assert isinstance(outcomes.pop(1), asyncio.CancelledError)
    assert outcomes == [[0, 1], [5], [6, 7, 8, 9], [0]]
    assert write.sizes == [6, 5]


async def test_a_cancelled_write_ends_all_waiting_callers() -> None:
    """Those included that are written one by one after an error."""
    cancelled = False

    async def write(
        events: Sequence[Event], items: Items, enrollments: Sequence[Enrollment], traces: Traces
    ) -> Sequence[Verdict]:
        nonlocal cancelled
        if len(events) > 1:
            raise Rejected("progress", "one of them")
        if not cancelled:
            cancelled = True
            raise asyncio.CancelledError
        return [Verdict(id=events[0].id, status=VerdictStatus.ACCEPTED)]

    commits = GroupCommit(write, most=3)
    writers = [asyncio.create_task(numbers(commits, [event])) for event in EVENTS[:5]]
    async with asyncio.timeout(30):
        outcomes = await asyncio.gather(*writers, return_exceptions=True)
    assert [type(each) for each in outcomes] == [asyncio.CancelledError] * 5
    assert await numbers(commits, EVENTS[:1]) == [0]


@pytest.mark.parametrize("fault", [Rejected("progress", "no"), OverflowError(), StoreError("progress", "odd")])
async def test_only_the_caller_that_causes_an_error_gets_it(fault: Exception) -> None:
    """Even if it is a defect that only this caller's events trigger."""

    async def write(
        events: Sequence[Event], items: Items, enrollments: Sequence[Enrollment], traces: Traces
    ) -> Sequence[Verdict]:
        if EVENTS[1] in events:
            raise fault
        return [Verdict(id=event.id, status=VerdictStatus.ACCEPTED) for event in events]

    commits = GroupCommit(write, most=9)
    outcomes = await asyncio.gather(*(numbers(commits, [event]) for event in EVENTS[:4]), return_exceptions=True)
    assert outcomes == [[0], fault, [2], [3]]


async def test_all_callers_of_a_transaction_get_its_failure() -> None:
    times = 0

    async def write(
        events: Sequence[Event], items: Items, enrollments: Sequence[Enrollment], traces: Traces
    ) -> Sequence[Verdict]:
        nonlocal times
        times += 1
        raise Unavailable("progress", "away")

    commits = GroupCommit(write, most=3)
    for _ in range(2):
        outcomes = await asyncio.gather(*(numbers(commits, [event]) for event in EVENTS), return_exceptions=True)
        assert [type(each) for each in outcomes] == [Unavailable] * 10
    with pytest.raises(Unavailable):
        await numbers(commits, EVENTS)
    assert times == 9, "no caller is retried alone when the server is away"


async def test_beyond_its_bound_the_queue_refuses_at_once_and_writes_nothing() -> None:
    write = Writes()
    commits = GroupCommit(write, most=3, max_queued=5)
    running = asyncio.create_task(numbers(commits, EVENTS[:3]))
    await write.begun.wait()
    waiting = [asyncio.create_task(numbers(commits, EVENTS[3:6])), asyncio.create_task(numbers(commits, EVENTS[6:8]))]
    await asyncio.sleep(0)
    with pytest.raises(RetryLater) as refused:
        await numbers(commits, EVENTS[8:9])
    assert MIN_RETRY_AFTER_MS <= refused.value.retry_after_ms <= MAX_RETRY_AFTER_MS
    write.let.set()
    assert await asyncio.gather(running, *waiting) == [[0, 1, 2], [3, 4, 5], [6, 7]]
    assert write.sizes == [3, 3, 2]
    assert await numbers(commits, EVENTS[8:9]) == [8]


async def test_a_write_larger_than_the_bound_is_accepted_when_none_waits() -> None:
    write = Writes()
    write.let.set()
    assert await numbers(GroupCommit(write, most=3, max_queued=5), EVENTS) == list(range(10))


async def test_callers_that_leave_make_room() -> None:
    write = Writes()
    commits = GroupCommit(write, most=3, max_queued=5)
    running = asyncio.create_task(numbers(commits, EVENTS[:1]))
    await write.begun.wait()
    for _ in range(4):
        leaving = asyncio.create_task(numbers(commits, EVENTS[1:6]))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.wait([leaving])
    staying = asyncio.create_task(numbers(commits, EVENTS[6:]))
    write.let.set()
    assert tuple(await asyncio.gather(running, staying)) == ([0], [6, 7, 8, 9])


async def test_a_write_that_waits_too_long_is_not_written() -> None:
    write = Writes()
    commits = GroupCommit(write, most=9, max_wait=timedelta(milliseconds=10))
    running = asyncio.create_task(numbers(commits, EVENTS[:1]))
    await write.begun.wait()
    with pytest.raises(RetryLater):
        await numbers(commits, EVENTS[1:2])
    write.let.set()
    assert await running == [0]
    assert await numbers(commits, EVENTS[2:3]) == [2]
    assert write.sizes == [1, 1]


async def test_a_part_of_a_write_that_has_begun_is_neither_refused_nor_expired() -> None:
    write = Writes()
    commits = GroupCommit(write, most=9, max_queued=1, max_wait=timedelta())
    running = asyncio.create_task(numbers(commits, EVENTS[:1]))
    await write.begun.wait()
    parts = [asyncio.create_task(commits.record(EVENTS[n : n + 2], {}, continued=True)) for n in (1, 3)]
    await asyncio.wait(parts, timeout=0.02)
    write.let.set()
    assert await running == [0]
    assert [len(verdicts) for verdicts in await asyncio.gather(*parts)] == [2, 2]


async def test_callers_learn_when_their_transaction_begins() -> None:
    write = Writes()
    commits = GroupCommit(write, most=9)
    begun: list[str] = []
    first = asyncio.create_task(commits.record(EVENTS[:1], {}, on_start=lambda: begun.append("first")))
    await write.begun.wait()
    second = asyncio.create_task(commits.record(EVENTS[1:2], {}, on_start=lambda: begun.append("second")))
    await asyncio.sleep(0)
    assert begun == ["first"]
    write.let.set()
    await asyncio.gather(first, second)
    assert begun == ["first", "second"]


def test_the_delay_follows_from_the_queue_and_the_measured_rate() -> None:
    rate = WriteRate()
    slow = rate.retry_after_ms(4_000)
    for _ in range(20):
        rate.measured(1_000, 0.1)
    assert MIN_RETRY_AFTER_MS < rate.retry_after_ms(4_000) < slow <= MAX_RETRY_AFTER_MS
    assert rate.retry_after_ms(1) == MIN_RETRY_AFTER_MS
    for _ in range(40):
        rate.measured(10, 10.0)
    assert rate.retry_after_ms(4_000) == MAX_RETRY_AFTER_MS
    assert rate.transaction_events(1_000) < 10


async def test_a_slow_store_gets_smaller_transactions() -> None:
    write = Writes()
    commits = GroupCommit(write, most=1_000)
    first = asyncio.create_task(commits.record([EVENTS[0]], {}))
    await write.begun.wait()
    for _ in range(100):  # one event a second
        commits.rate.measured(10, 10.0)
    rest = [asyncio.create_task(commits.record([event], {})) for event in EVENTS[1:]]
    await asyncio.sleep(0)
    write.let.set()
    await asyncio.gather(first, *rest)
    assert write.sizes == [1] * 10
