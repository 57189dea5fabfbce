"""Group commit: everybody gets their own verdicts, whoever else is in the transaction or leaves it."""

import asyncio
from collections.abc import Sequence

import pytest

from stores.domain.events import Event, Verb
from stores.domain.progress import Enrollment, Verdict, VerdictStatus
from stores.errors import Rejected, StoreError, Unavailable
from stores.sql.progress.group_commit import GroupCommit, Items
from tests.stores.learning import done

EVENTS = [done(number, Verb.VIEWED, "page") for number in range(10)]


class Writes:
    """Accepts all events, when it is let."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.begun = asyncio.Event()
        self.let = asyncio.Event()

    async def __call__(
        self, events: Sequence[Event], items: Items, enrollments: Sequence[Enrollment]
    ) -> Sequence[Verdict]:
        self.sizes.append(len(events))
        self.begun.set()
        await self.let.wait()
        return [Verdict(id=event.id, status=VerdictStatus.ACCEPTED) for event in events]


async def numbers(commits: GroupCommit, events: Sequence[Event]) -> list[int]:
    return [verdict.id.int for verdict in await commits.record(events, {})]


async def test_who_leaves_in_the_middle_takes_nobodys_verdicts_along() -> None:
    write = Writes()
    commits = GroupCommit(write, most=9)
    writers = [
        asyncio.create_task(numbers(commits, EVENTS[start:end])) for start, end in ((0, 2), (2, 5), (5, 6), (6, 10))
    ]
    await write.begun.wait()
    writers[1].cancel()
    last = asyncio.create_task(numbers(commits, EVENTS[:1]))
    write.let.set()
    told = await asyncio.gather(*writers, last, return_exceptions=True)
    assert isinstance(told.pop(1), asyncio.CancelledError)
    assert told == [[0, 1], [5], [6, 7, 8, 9], [0]]
    assert write.sizes == [6, 5]


async def test_when_writing_is_cancelled_nobody_waits_for_ever() -> None:
    """Also of those who were to be written one by one, because the events of one of them cannot be kept."""
    cancelled = False

    async def write(events: Sequence[Event], items: Items, enrollments: Sequence[Enrollment]) -> Sequence[Verdict]:
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
        told = await asyncio.gather(*writers, return_exceptions=True)
    assert [type(each) for each in told] == [asyncio.CancelledError] * 5
    assert await numbers(commits, EVENTS[:1]) == [0]


@pytest.mark.parametrize("fault", [Rejected("progress", "no"), OverflowError(), StoreError("progress", "odd")])
async def test_who_is_at_fault_fails_alone(fault: Exception) -> None:
    """Be it a mistake of ours that shows with this caller's events only."""

    async def write(events: Sequence[Event], items: Items, enrollments: Sequence[Enrollment]) -> Sequence[Verdict]:
        if EVENTS[1] in events:
            raise fault
        return [Verdict(id=event.id, status=VerdictStatus.ACCEPTED) for event in events]

    commits = GroupCommit(write, most=9)
    outcomes = await asyncio.gather(*(numbers(commits, [event]) for event in EVENTS[:4]), return_exceptions=True)
    assert outcomes == [[0], fault, [2], [3]]


async def test_a_failure_is_told_to_all_who_shared_it() -> None:
    times = 0

    async def write(events: Sequence[Event], items: Items, enrollments: Sequence[Enrollment]) -> Sequence[Verdict]:
        nonlocal times
        times += 1
        raise Unavailable("progress", "away")

    commits = GroupCommit(write, most=3)
    for _ in range(2):
        told = await asyncio.gather(*(numbers(commits, [event]) for event in EVENTS), return_exceptions=True)
        assert [type(each) for each in told] == [Unavailable] * 10
    with pytest.raises(Unavailable):
        await numbers(commits, EVENTS)
    assert times == 9, "nobody tried again alone what no one can do"
