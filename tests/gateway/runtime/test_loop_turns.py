"""Work in turns of the event loop."""

import asyncio

from gateway.runtime.loop_turns import LoopTurns


async def test_each_turn_runs_a_part_of_the_work_in_order() -> None:
    turns, done = LoopTurns(3), list[int]()
    for number in range(8):
        turns.run(lambda number=number: done.append(number))  # type: ignore[misc]
    counts = [len(done)]
    while len(done) < 8:
        await asyncio.sleep(0)
        counts.append(len(done))
    assert (done, counts) == (list(range(8)), [3, 6, 8])


async def test_tasks_take_turns_and_the_loop_runs_in_between() -> None:
    turns, done = LoopTurns(2), list[int]()

    async def work(number: int) -> None:
        await turns.take()
        done.append(number)

    tasks = [asyncio.create_task(work(number)) for number in range(7)]
    counts = []
    while len(done) < 7:
        await asyncio.sleep(0)
        counts.append(len(done))
    assert done == list(range(7))
    assert max(after - before for before, after in zip([0, *counts], counts, strict=False)) == 2
    await asyncio.gather(*tasks)


async def test_a_task_that_is_cancelled_while_it_waits_delays_no_other() -> None:
    turns = LoopTurns(1)
    await turns.take()
    tasks = [asyncio.create_task(turns.take()) for _ in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    async with asyncio.timeout(30):
        await asyncio.wait(tasks)
    assert [task.cancelled() for task in tasks] == [False, True, False]


async def test_after_a_pause_the_next_work_runs_at_once() -> None:
    turns, done = LoopTurns(1), list[int]()
    turns.run(lambda: done.append(1))
    for _ in range(5):
        await asyncio.sleep(0)
    turns.run(lambda: done.append(2))
    assert done == [1, 2]
