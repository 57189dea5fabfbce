"""Cancels the work of an HTTP request when its client disconnects."""

import asyncio
from types import TracebackType
from typing import Any, cast

from starlette.requests import ClientDisconnect
from starlette.types import Receive

UNWATCHED_SECONDS = 0.25
"""Most operations end before, and cost no task that watches their client."""


class EndedByDisconnect:
    """A block that is cancelled when the client of `receive` disconnects; `ClientDisconnect` is raised then.

    The request body must have been read: only the disconnect is left to receive."""

    __slots__ = ("_disconnected", "_receive", "_task", "_timer", "_watching")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._disconnected = False
        self._watching: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        self._task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._timer = asyncio.get_running_loop().call_later(UNWATCHED_SECONDS, self._begin)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._timer.cancel()
        if self._watching is None:
            return
        self._watching.cancel()
        if self._disconnected and self._task.uncancel() == 0 and isinstance(error, asyncio.CancelledError):
            raise ClientDisconnect from None

    def _begin(self) -> None:
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._disconnected = True
        self._task.cancel()
