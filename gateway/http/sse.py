"""Results of an operation as server-sent events (GraphQL over SSE, "distinct connections" mode)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.http.auth.open_streams import EventStreamEnd, OpenStreams
from gateway.http.streamed_result import StreamedResult
from resolvers.viewer import Viewer
from stores.cancellation import cancel_and_wait, cancel_requested

MEDIA_TYPE = "text/event-stream"
KEEP_ALIVE = timedelta(seconds=12)
"""Interval of comments on an idle stream. Proxies commonly close one that is silent for 30 s or 60 s."""
HEADERS = {
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",  # nginx would buffer small events
}


def accepts_event_stream(request: Request) -> bool:
    """Whether the client accepts an event stream."""
    return MEDIA_TYPE in _accepted(request)


def accepts_only_event_stream(request: Request) -> bool:
    """Whether the client accepts nothing else. Clients that list several types get JSON for queries and mutations."""
    return _accepted(request) == {MEDIA_TYPE}


def _accepted(request: Request) -> frozenset[str]:
    return _media_types(b",".join([value for name, value in request.scope["headers"] if name == b"accept"]))


@lru_cache(maxsize=100)
def _media_types(accept: bytes) -> frozenset[str]:
    return frozenset(each.partition(";")[0].strip().lower() for each in accept.decode("latin-1").split(","))


class EventStreamResponse(Response):
    """Streams `results` until they end, the client disconnects, the viewer's token is no longer valid, or `stopping` is
    set.

    Only the first sends `complete`; without it, clients reconnect.
    """

    def __init__(
        self,
        results: AsyncGenerator[StreamedResult, None],
        *,
        stopping: asyncio.Event,
        viewer: Viewer,
        open_streams: OpenStreams,
        keep_alive: timedelta = KEEP_ALIVE,
    ) -> None:
        super().__init__(media_type=MEDIA_TYPE, headers=HEADERS)
        del self.headers["content-length"]
        self._results = results
        self._stopping = stopping
        self._token = EventStreamEnd(viewer)
        self._open_streams = open_streams
        self._keep_alive = keep_alive.total_seconds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def write(chunk: bytes, *, last: bool = False) -> None:
            await send({"type": "http.response.body", "body": chunk, "more_body": not last})

        async def send_results() -> None:
            try:
                async with aclosing(self._results):
                    async for result in self._results:
                        await write(b"event: next\ndata: " + result.json + b"\n\n")
                # Browsers ignore an event without a data line.
                await write(b"event: complete\ndata:\n\n")
            except asyncio.CancelledError:
                if not cancel_requested():
                    raise
                # No CancelledError: the task would keep it, and its frames refer to the task, a cycle.

        async def keep_alive() -> None:
            while True:
                await asyncio.sleep(self._keep_alive)
                await write(b":\n\n")

        async def disconnected() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        sending = asyncio.create_task(send_results())
        events = (self._stopping, self._token.ended)
        waits = [asyncio.create_task(event.wait()) for event in events]
        ends = [sending, asyncio.create_task(disconnected()), *waits]
        tasks = [*ends, asyncio.create_task(keep_alive())]
        self._open_streams.add(self._token)
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._open_streams.discard(self._token)
            await cancel_and_wait(tasks)
        if sending.done() and not sending.cancelled():
            sending.result()
        await write(b"", last=True)
