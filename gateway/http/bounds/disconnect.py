"""Cancels the work of an HTTP request when its client disconnects."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from stores.cancellation import cancel_and_wait

UNWATCHED_SECONDS = 0.25
"""Most operations end before, and cost no task that watches their client."""


@asynccontextmanager
async def ended_by_disconnect(receive: Receive) -> AsyncIterator[None]:
    """Cancel the block when the client of `receive` disconnects, and raise `ClientDisconnect` then.

    The request body must have been read: only the disconnect is left to receive."""
    task = cast("asyncio.Task[Any]", asyncio.current_task())
    disconnected = False
    watching: list[asyncio.Task[None]] = []

    async def watch() -> None:
        nonlocal disconnected
        while (await receive())["type"] != "http.disconnect":
            pass
        disconnected = True
        task.cancel()

    loop = asyncio.get_running_loop()
    timer = loop.call_later(UNWATCHED_SECONDS, lambda: watching.append(loop.create_task(watch())))
    try:
        yield
    except asyncio.CancelledError:
        if not disconnected or task.uncancel() > 0:
            raise
        raise ClientDisconnect from None
    finally:
        timer.cancel()
        if watching:
            await cancel_and_wait(watching)
