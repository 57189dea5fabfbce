"""A stopping gateway accepts no more requests, finishes the running ones, and closes."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from time import monotonic

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from gateway.config.groups.http import HttpSettings
from gateway.http.server import address_of, bind, is_loopback, serve
from gateway.runtime.errors import CommandError
from gateway.runtime.shutdown import Shutdown


@pytest.fixture(autouse=True)
def same_garbage_collector() -> Iterator[None]:
    before = gc.get_threshold()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


class Slow:
    """An app whose only response waits for an event."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.log: list[str] = []
        self.app = Starlette(routes=[Route("/", self.answer)], lifespan=self.lifespan)

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        self.log.append("open")
        yield
        self.log.append("closed")

    async def answer(self, request: Request) -> PlainTextResponse:
        self.asked.set()
        try:
            await self.may_answer.wait()
        except asyncio.CancelledError:
            self.log.append("cut off")
            raise
        self.log.append("answered")
        return PlainTextResponse("at last")


@asynccontextmanager
async def serving(slow: Slow, grace: timedelta) -> AsyncIterator[tuple[str, Shutdown, "asyncio.Task[None]"]]:
    ready = asyncio.Event()
    with bind("127.0.0.1", 0) as bound:
        shutdown = Shutdown(lambda: None)
        task = asyncio.create_task(
            serve(slow.app, bound, shutdown=shutdown, settings=HttpSettings(grace=grace), on_ready=ready.set)
        )
        await ready.wait()
        yield address_of(bound), shutdown, task


async def refused(url: str) -> None:
    """Wait until no connection is accepted any more."""
    parts = httpx2.URL(url)
    while True:
        try:
            _, writer = await asyncio.open_connection(parts.host, parts.port)
        except ConnectionRefusedError:
            return
        except ConnectionResetError:  # it was waiting to be taken just when the listener closed
            continue
        writer.close()
        await asyncio.sleep(0.01)


async def test_a_running_request_is_finished() -> None:
    slow = Slow()
    async with serving(slow, timedelta(seconds=60)) as (url, shutdown, task), httpx2.AsyncClient(timeout=30) as client:
        answer = asyncio.create_task(client.get(url))
        await slow.asked.wait()
        shutdown.request()
        await refused(url)
        assert slow.log == ["open"]
        slow.may_answer.set()
        assert (await answer).text == "at last"
        await task
    assert slow.log == ["open", "answered", "closed"]


async def test_a_request_that_exceeds_the_grace_is_cancelled() -> None:
    slow = Slow()
    async with serving(slow, timedelta(seconds=1)) as (url, shutdown, task), httpx2.AsyncClient(timeout=30) as client:
        answer = asyncio.create_task(client.get(url))
        await slow.asked.wait()
        shutdown.request()
        assert (await answer).status_code == 500
        await task
    assert slow.log == ["open", "cut off", "closed"]


async def test_the_grace_counts_from_the_signal_although_it_is_noticed_late() -> None:
    slow = Slow()
    async with serving(slow, timedelta(seconds=60)) as (url, shutdown, task), httpx2.AsyncClient(timeout=30) as client:
        answer = asyncio.create_task(client.get(url))
        await slow.asked.wait()
        shutdown.requested_at = monotonic() - 60
        shutdown.request()
        assert (await answer).status_code == 500
        await task
    assert slow.log == ["open", "cut off", "closed"]


async def test_a_failing_lifespan_is_a_command_error() -> None:
    def failing(app: Starlette) -> AbstractAsyncContextManager[None]:
        raise ValueError("no")

    with bind("127.0.0.1", 0) as bound, pytest.raises(CommandError, match="did not start"):
        await serve(
            Starlette(lifespan=failing),
            bound,
            shutdown=Shutdown(lambda: None),
            settings=HttpSettings(grace=timedelta(seconds=1)),
            on_ready=lambda: None,
        )


def test_a_port_in_use_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CommandError, match="already in use"):
        bind("127.0.0.1", taken.getsockname()[1])


def test_address_of_is_a_url() -> None:
    with bind("::1", 0) as bound:
        assert address_of(bound) == f"http://[::1]:{bound.getsockname()[1]}"
    assert [is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost")] == [True] * 4
    assert [is_loopback(host) for host in ("0.0.0.0", "::", "192.168.1.7", "example.org", "")] == [False] * 5
