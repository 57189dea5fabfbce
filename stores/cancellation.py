"""Cancel tasks so that they end, although a driver may swallow a cancellation."""

import asyncio
import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

log = logging.getLogger("quadrangle.cancellation")
REPEAT_SECONDS = 1.0
"""Longer than the cleanup of a task takes: a repeated cancellation interrupts it."""
ATTEMPTS = 10


async def cancel_and_wait(tasks: "Collection[asyncio.Future[Any]]", *, repeat_seconds: float = REPEAT_SECONDS) -> None:
    """Cancel tasks and wait until they have ended. Their results and errors stay with them.

    `asyncio.wait_for` loses a cancellation that arrives in the same turn as its result (until Python 3.12), and drivers
    use it. A task that then waits for its next event would never end, so the cancellation is repeated every
    `repeat_seconds`. A task that survives ten cancellations is logged and left running.
    """
    running = set(tasks)
    for _ in range(ATTEMPTS):
        for task in running:
            task.cancel()
        if not running:
            return
        _, running = await asyncio.wait(running, timeout=repeat_seconds)
    if running:
        log.error("tasks did not end when cancelled", extra={"tasks": len(running)})


def cancel_requested() -> bool:
    """Whether the current task was asked to end. A loop that survives every error must check this: a driver may turn a
    cancellation into another error, or swallow it."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


@contextmanager
def preserve_cancellation() -> Iterator[None]:
    """Raise `CancelledError` at the end of the block if the task was cancelled within it, whatever a driver made of
    that. Put it around driver calls. A timeout within the block takes back its own cancellation."""
    task = asyncio.current_task()
    before = task.cancelling() if task is not None else 0
    try:
        yield
    finally:
        if task is not None and task.cancelling() > before:
            raise asyncio.CancelledError
