"""The waits of PyMongo for its conditions, in the task that waits.

Until Python 3.12, `asyncio.wait_for` waits in another task. If the first one is cancelled twice, or cancelled when the
timeout has passed, it leaves the other one behind. That one then takes the lock of the condition and never frees it:
every later call of the client waits for the lock of its pool or its topology.
"""

import asyncio
import sys
from collections.abc import Awaitable
from typing import TypeVar

import pymongo.lock

T = TypeVar("T")


async def wait_in_this_task(waiting: Awaitable[T], timeout: float | None) -> T:  # noqa: ASYNC109 - as wait_for
    """As `asyncio.wait_for` since Python 3.12."""
    async with asyncio.timeout(timeout):
        return await waiting


def keep_waits_in_their_tasks() -> None:
    """Replace what the driver waits with. To repeat it changes nothing."""
    if sys.version_info < (3, 12):
        pymongo.lock.wait_for = wait_in_this_task  # type: ignore[attr-defined, assignment]
