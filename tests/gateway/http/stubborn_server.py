"""A server whose parts do not end when asked, as a process of its own: `python -m tests.gateway.http.stubborn_server
GRACE CLOSING`. Its paths: see `ROUTES`."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from time import process_time

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from gateway.config.groups.http import HttpSettings
from gateway.config.groups.log import LogSettings
from gateway.http.server import address_of, bind, serve
from gateway.observability.logs import write_logs
from gateway.runtime.console import print_ready
from gateway.runtime.shutdown import Shutdown, run

SECRET = "a value that no log may have"
log = logging.getLogger("quadrangle.http")


class Parts:
    """What the paths do."""

    def __init__(self) -> None:
        self.closes = True

    async def answer(self, request: Request) -> PlainTextResponse:
        return PlainTextResponse("answered")

    async def slow(self, request: Request) -> PlainTextResponse:
        log.warning("it runs")
        await asyncio.sleep(0.5)
        return PlainTextResponse("answered")

    async def swallow(self, request: Request) -> PlainTextResponse:
        value = SECRET
        log.warning("it runs")
        while value:
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        return PlainTextResponse(value)

    async def busy(self, request: Request) -> PlainTextResponse:
        log.warning("it runs")
        while True:
            end = process_time() + 0.01
            while process_time() < end:
                pass
            await asyncio.sleep(0)

    async def compute(self, request: Request) -> PlainTextResponse:
        value = SECRET
        log.warning("it runs")
        while True:
            value = value[::-1]

    async def keep_open(self, request: Request) -> PlainTextResponse:
        self.closes = False
        log.warning("it runs")
        return PlainTextResponse("answered")

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        yield
        if not self.closes:
            await asyncio.Event().wait()


PARTS = Parts()
ROUTES = [
    Route("/answer", PARTS.answer),
    Route("/slow", PARTS.slow),  # it ends by itself
    Route("/swallow", PARTS.swallow),  # a request that no cancellation ends
    Route("/busy", PARTS.busy),  # it leaves little of the event loop to others, and never ends
    Route("/compute", PARTS.compute),  # the event loop turns no more
    Route("/keep-open", PARTS.keep_open),  # the stores do not close
]


async def command(shutdown: Shutdown) -> int:
    with bind("127.0.0.1", 0) as bound:
        await serve(
            Starlette(routes=ROUTES, lifespan=PARTS.lifespan),
            bound,
            shutdown=shutdown,
            settings=HttpSettings(grace=timedelta(seconds=float(sys.argv[1]))),
            closing=timedelta(seconds=float(sys.argv[2])),
            on_ready=lambda: print_ready(address_of(bound)),
        )
    return 0


if __name__ == "__main__":
    write_logs(LogSettings(), default="INFO")
    sys.exit(run(command, interrupted=None))
