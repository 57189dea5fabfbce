"""Breakers of a gateway over real servers: how soon they open and close, and what a request costs meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import httpx2
import pytest

from gateway.config.store_location import embedded_location
from gateway.config.urls import Url
from gateway.embedded.embedded_servers import EmbeddedServers
from tests.e2e.failing_servers import (
    COSTS,
    SERVER_OF,
    assert_costs,
    assert_whole,
    gateway_over,
    only_these_are_down,
    page,
    settings_of,
    stores_down,
    whole_again,
)
from tests.proxy import Proxy, ProxyMode, through_proxy

DEADLINE = 1.0
SETTINGS = settings_of(DEADLINE)
OPENS_WITHIN = DEADLINE + 1
PINGS_OPEN_WITHIN = 3.0
CLOSES_WITHIN = 5.0
AT_ONCE = 0.05
"""Seconds of an answer that awaits no store that fails. The goal of a breaker is 5 ms, other stores take their time."""
SLACK = 0.3


@asynccontextmanager
async def proxied(embedded: EmbeddedServers, server: str) -> AsyncIterator[tuple[Proxy, httpx2.AsyncClient]]:
    """A gateway that reaches this server through a proxy."""
    direct = embedded_location(embedded).urls
    ports = [port for port, its in SERVER_OF.items() if its == server]
    async with (
        through_proxy(direct[ports[0]].reveal()) as (proxy, url),
        gateway_over({**direct, **dict.fromkeys(ports, Url.parse(url))}, settings=SETTINGS) as client,
    ):
        await whole_again(client)
        yield proxy, client


def is_refused(answer: Any) -> bool:
    """Whether all errors say when to retry: nothing was sent to their stores."""
    return bool(answer.get("errors")) and all("retryAfterMs" in each["extensions"] for each in answer["errors"])


async def timed_page(client: httpx2.AsyncClient) -> tuple[float, Any]:
    began = monotonic()
    answer = await page(client)
    return monotonic() - began, answer


async def is_ready_at_once(client: httpx2.AsyncClient) -> bool:
    began = monotonic()
    assert (await client.get("/readyz")).status_code == 200
    return monotonic() - began < AT_ONCE + SLACK


async def refused(client: httpx2.AsyncClient, since: float) -> None:
    """Ask until the breaker refuses: by requests that overlap, since each may take a deadline."""
    asking: list[asyncio.Task[tuple[float, Any]]] = []
    while not (asking and asking[-1].done() and is_refused(asking[-1].result()[1])):
        assert monotonic() - since < OPENS_WITHIN + SLACK
        assert await is_ready_at_once(client)
        asking.append(asyncio.create_task(timed_page(client)))
        await asyncio.wait({asking[-1]}, timeout=0.1)
    took = [(await task)[0] for task in asking]
    assert max(took) < DEADLINE + 1


@pytest.mark.parametrize("server", COSTS)
async def test_a_breaker_opens_soon_and_closes_without_traffic(school_servers: EmbeddedServers, server: str) -> None:
    async with proxied(school_servers, server) as (proxy, client):
        proxy.switch(ProxyMode.STALL)
        await refused(client, since=monotonic())
        for _ in range(3):
            took, answer = await timed_page(client)
            assert took < AT_ONCE + SLACK
            assert is_refused(answer)
            assert_costs(answer, server, {"STORE_UNAVAILABLE"})
        proxy.switch(ProxyMode.PASS)
        began = monotonic()
        while await stores_down(client):
            assert monotonic() - began < CLOSES_WITHIN + SLACK
            await asyncio.sleep(0.02)
        assert_whole(await page(client))  # the first request: none had to try the store


@pytest.mark.parametrize("server", ["mongo", "sql"])
async def test_pings_alone_open_a_breaker(school_servers: EmbeddedServers, server: str) -> None:
    async with proxied(school_servers, server) as (proxy, client):
        proxy.switch(ProxyMode.CUT)
        await asyncio.sleep(PINGS_OPEN_WITHIN + SLACK)
        took, answer = await timed_page(client)
        assert took < AT_ONCE + SLACK
        assert is_refused(answer)


@pytest.mark.parametrize("server", COSTS)
async def test_a_server_that_was_away_for_long_is_served_within_five_seconds(
    school_servers: EmbeddedServers, server: str, pytestconfig: pytest.Config
) -> None:
    """Drivers wait longer between their attempts the longer a server is away."""
    if not pytestconfig.getoption("--long"):
        pytest.skip("runs with --long")
    async with gateway_over(embedded_location(school_servers).urls, settings=SETTINGS) as client:
        await whole_again(client)
        school_servers.server(server).kill()
        try:
            await asyncio.sleep(12)
            assert is_refused(await page(client))
        finally:
            await school_servers.server(server).start()
        began = monotonic()
        await only_these_are_down(client, set())
        assert_whole(await page(client))
        assert monotonic() - began < CLOSES_WITHIN + SLACK
