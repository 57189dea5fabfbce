"""Server-sent events: an operation's answers as they come (GraphQL over SSE, distinct connections mode)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.http import GraphQLHTTPResponse

from stores.cancellation import cancel_and_wait

MEDIA_TYPE = "text/event-stream"
KEEP_ALIVE = timedelta(seconds=12)
"""Proxies commonly cut what has been silent for 30 s or 60 s."""
HEADERS = {
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",  # nginx would hold small events back
}


def accepts_events(request: Request) -> bool:
    return MEDIA_TYPE in _accepted(request)


def accepts_nothing_else(request: Request) -> bool:
    """Some clients list every form they know: those are answered in JSON where JSON will do."""
    return _accepted(request) == {MEDIA_TYPE}


def _accepted(request: Request) -> set[str]:
    ranges = ",".join(request.headers.getlist("accept")).split(",")
    return {each.partition(";")[0].strip().lower() for each in ranges}


class EventStream(Response):
    """Ends when the answers do (with `complete`), when the client leaves, or when the server does (without: clients
    then try again)."""

    def __init__(
        self,
        answers: AsyncGenerator[GraphQLHTTPResponse, None],
        *,
        leaving: asyncio.Event,
        keep_alive: timedelta = KEEP_ALIVE,
    ) -> None:
        super().__init__(media_type=MEDIA_TYPE, headers=HEADERS)
        del self.headers["content-length"]
        self._answers = answers
        self._leaving = leaving
        self._keep_alive = keep_alive.total_seconds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def write(chunk: bytes, *, last: bool = False) -> None:
            await send({"type": "http.response.body", "body": chunk, "more_body": not last})

        async def tell() -> None:
            try:
                async with aclosing(self._answers):
                    async for answer in self._answers:
                        await write(b"event: next\ndata: " + orjson.dumps(answer) + b"\n\n")
                # Browsers drop an event without data.
                await write(b"event: complete\ndata:\n\n")
            except asyncio.CancelledError:
                pass  # a task keeps its CancelledError, whose frames refer to the task: a cycle of some 150 objects

        async def stay() -> None:
            while True:
                await asyncio.sleep(self._keep_alive)
                await write(b":\n\n")

        async def gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        told = asyncio.create_task(tell())
        ends = [told, asyncio.create_task(gone()), asyncio.create_task(self._leaving.wait())]
        tasks = [*ends, asyncio.create_task(stay())]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel_and_wait(tasks)
        if told.done():
            told.result()
        await write(b"", last=True)
