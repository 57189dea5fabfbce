"""Polling with a timeout."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from stores.backoff import Backoff


async def wait_until(holds: Callable[[], Awaitable[bool]], *, seconds: float) -> bool:
    """Poll until `holds` returns True; False if it still does not after `seconds`."""
    backoff = Backoff(first=timedelta(milliseconds=10), longest=timedelta(milliseconds=50), jitter=0)
    try:
        async with asyncio.timeout(seconds):
            while not await holds():  # noqa: ASYNC110 — polls another process
                await asyncio.sleep(backoff.next_delay().total_seconds())
    except TimeoutError:
        return False
    return True
