"""Group read: callers share statements, and each gets its own rows or the error."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from stores.errors import Unavailable
from stores.sql.progress.group_read import CONCURRENT, MOST_KEYS, GroupRead


class Reads:
    """A `read` of the squares of even numbers; odd ones are unknown. Each waits until `let` is set. The statement with
    a negative number fails. `ended`: the keys of those that have ended, in any way."""

    def __init__(self) -> None:
        self.keys: list[list[int]] = []
        self.ended: list[list[int]] = []
        self.let = asyncio.Event()

    async def __call__(self, keys: Sequence[int]) -> Mapping[int, int]:
        self.keys.append(list(keys))
        try:
            await self.let.wait()
        finally:
            self.ended.append(list(keys))
        if min(keys) < 0:
            raise Unavailable("progress", "down")
        return {key: key * key for key in keys if key % 2 == 0}


def asking(reads: GroupRead[int, int], *asked: Sequence[int]) -> list[asyncio.Task[Mapping[int, int]]]:
    return [asyncio.create_task(reads.rows(keys)) for keys in asked]


async def turns() -> None:
    """Let all tasks run until they wait."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_reads_that_arrive_meanwhile_share_a_statement_and_get_their_own_rows() -> None:
    read = Reads()
    reads = GroupRead(read)
    tasks = asking(reads, *[[2]] * CONCURRENT, [4, 5], [4, 6], [7])
    await turns()
    assert read.keys == [[2]] * CONCURRENT
    read.let.set()
    assert await asyncio.gather(*tasks) == [{2: 4}] * CONCURRENT + [{4: 16}, {4: 16, 6: 36}, {}]
    assert read.keys[CONCURRENT:] == [[4, 5, 6, 7]]
    assert await reads.rows([8]) == {8: 64}


async def test_a_read_begins_after_it_was_asked_for() -> None:
    """It must see what was written before."""
    read = Reads()
    reads = GroupRead(read)
    tasks = asking(reads, *[[2]] * CONCURRENT)
    await turns()
    tasks += asking(reads, [2])
    await turns()
    read.let.set()
    await asyncio.gather(*tasks)
    assert read.keys == [[2]] * (CONCURRENT + 1)


async def test_a_large_read_shares_with_no_other() -> None:
    read = Reads()
    reads = GroupRead(read)
    large = list(range(MOST_KEYS + 1))
    tasks = asking(reads, *[large] * (CONCURRENT + 1), [2])
    await turns()
    assert read.keys == [large] * (CONCURRENT + 1) + [[2]]
    read.let.set()
    await asyncio.gather(*tasks)


async def test_an_error_reaches_all_that_share_the_statement_and_no_other() -> None:
    read = Reads()
    reads = GroupRead(read)
    tasks = asking(reads, *[[2]] * CONCURRENT, [4], [-1])
    await turns()
    read.let.set()
    *first, one, other = await asyncio.gather(*tasks, return_exceptions=True)
    assert first == [{2: 4}] * CONCURRENT
    assert isinstance(one, Unavailable)
    assert isinstance(other, Unavailable)
    assert await reads.rows([6]) == {6: 36}


async def test_callers_that_leave_change_nothing_for_the_others() -> None:
    read = Reads()
    reads = GroupRead(read)
    first, second, left, stays = tasks = asking(reads, [2], [2], [4], [6])
    await turns()
    left.cancel()
    first.cancel()  # its statement ends, and the next one begins
    await turns()
    assert read.keys[CONCURRENT:] == [[6]]
    read.let.set()
    assert await second == {2: 4}
    assert await stays == {6: 36}
    with pytest.raises(asyncio.CancelledError):
        await left
    assert all(task.done() for task in tasks)
    assert await reads.rows([8]) == {8: 64}


async def test_the_last_caller_that_leaves_ends_the_statement() -> None:
    """A server that does not answer must not hold up later reads: their callers have deadlines, the statement none."""
    read = Reads()
    reads = GroupRead(read)
    tasks = asking(reads, [2], [2], [4], [6])
    await turns()
    for task in tasks[:2]:
        task.cancel()
    await turns()
    assert read.keys[CONCURRENT:] == [[4, 6]]
    for number, task in enumerate(tasks[2:]):
        assert read.ended == [[2], [2]], number
        task.cancel()
        await turns()
    assert read.ended == [[2], [2], [4, 6]]
    assert all(task.cancelled() for task in tasks)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    tasks = asking(reads, [8], [8])
    await turns()
    assert read.keys[-2:] == [[8], [8]]  # they do not wait for another
    read.let.set()
    assert await asyncio.gather(*tasks) == [{8: 64}, {8: 64}]
