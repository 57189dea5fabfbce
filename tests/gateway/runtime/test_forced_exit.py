"""What is logged of tasks that do not end."""

import asyncio

from gateway.runtime.forced_exit import MOST_TASKS, log_stuck
from stores.cancellation import cancel_and_wait
from tests.gateway.log_stream import captured_logs


async def test_of_many_stuck_tasks_some_are_logged_and_the_others_counted() -> None:
    tasks = [asyncio.create_task(asyncio.Event().wait()) for _ in range(MOST_TASKS + 5)]
    await asyncio.sleep(0)
    with captured_logs() as logs:
        log_stuck(tasks)
    await cancel_and_wait(tasks)
    *each, rest = logs.records("quadrangle.shutdown")
    assert [line["message"] for line in each] == ["a task did not end"] * MOST_TASKS
    assert all(line["at"][-1].endswith(" wait") for line in each)
    assert (rest["message"], rest["tasks"]) == ("more tasks did not end", 5)
