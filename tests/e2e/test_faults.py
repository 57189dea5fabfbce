"""A server that stalls, is cut off or killed under a running gateway costs only its own fields, and recovers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from time import monotonic
from typing import Any

import httpx2
import pytest

from gateway.config.store_location import embedded_location
from gateway.config.urls import Url
from gateway.embedded.embedded_servers import EmbeddedServers
from tests.e2e.failing_servers import (
    COSTS,
    DEADLINE,
    RECOVERY_SECONDS,
    SERVER_OF,
    UNASKED,
    assert_costs,
    assert_whole,
    gateway_over,
    only_these_are_down,
    page,
    whole_again,
)
from tests.gateway.app_client import TOKEN_ACCESS, bearer
from tests.proxy import ProxyMode, through_proxy
from tests.resolvers import world


@pytest.mark.parametrize("server", COSTS)
async def test_a_store_behind_a_bad_connection_costs_its_own_fields_and_recovers(
    school_servers: EmbeddedServers, server: str
) -> None:
    direct = embedded_location(school_servers).urls
    ports = [port for port, its in SERVER_OF.items() if its == server]
    async with through_proxy(direct[ports[0]].reveal()) as (proxy, url):
        urls = {**direct, **dict.fromkeys(ports, Url.parse(url))}
        async with gateway_over(urls) as client:
            await whole_again(client)

            proxy.switch(ProxyMode.DELAY, delay=0.02)
            assert_whole(await page(client))

            proxy.switch(ProxyMode.CUT)
            assert_costs(await page(client), server, {"STORE_UNAVAILABLE"})
            proxy.switch(ProxyMode.PASS)
            await whole_again(client)

            proxy.switch(ProxyMode.STALL)
            began = monotonic()
            assert_costs(await page(client), server, {"STORE_TIMEOUT", "STORE_UNAVAILABLE"})
            assert monotonic() - began < DEADLINE + 3
            proxy.switch(ProxyMode.PASS)
            await whole_again(client)


@pytest.mark.parametrize("server", COSTS)
async def test_a_killed_server_costs_its_own_fields_and_recovers(school_servers: EmbeddedServers, server: str) -> None:
    async with gateway_over(embedded_location(school_servers).urls) as client:
        await whole_again(client)
        school_servers.server(server).kill()
        try:
            assert_costs(await page(client), server, {"STORE_UNAVAILABLE", "STORE_TIMEOUT"})
            await only_these_are_down(client, set(COSTS[server].values()) | UNASKED.get(server, set()))
        finally:
            await school_servers.server(server).start()
        await whole_again(client)


async def test_a_gateway_starts_with_every_server_down(school_servers: EmbeddedServers) -> None:
    texts = {
        "profiles": "mongodb://127.0.0.1:1/quadrangle",
        "catalog": "mongodb://127.0.0.1:1/quadrangle",
        "progress": "postgresql://127.0.0.1:1/quadrangle",
        "timeline": "influxdb+http://127.0.0.1:1/quadrangle",
        "sessions": "redis://127.0.0.1:1/0",
        "live": "redis://127.0.0.1:1/0",
    }
    nowhere = {port: Url.parse(text) for port, text in texts.items()}
    async with gateway_over(nowhere) as client:
        answer = await page(client)
        assert answer["data"] == {
            "learner": {"displayName": None, "timeline": None, "presence": None},
            "enrollment": None,
            "courses": None,
        }
        assert (await client.get("/livez")).status_code == 200


async def test_what_was_read_is_served_while_its_server_is_stopped(school_servers: EmbeddedServers) -> None:
    """With the settings as they are by default: a learner sees their progress of before, marked with its age."""
    mine = "{ me { enrollments { edges { node { progress { completion } } } } } }"
    body, headers = {"query": mine}, bearer(world.learner())
    refusing = {**body, "extensions": {"freshness": {"maxAgeMs": 0}}}

    async def ask(client: httpx2.AsyncClient, body: Mapping[str, Any]) -> Any:
        return (await client.post("/graphql", json=body, headers=headers, timeout=30)).json()

    async with gateway_over(embedded_location(school_servers).urls, settings={}, access=TOKEN_ACCESS) as client:
        live = await answered(partial(ask, client, body))
        assert [edge["node"]["progress"]["completion"] > 0 for edge in live["data"]["me"]["enrollments"]["edges"]]
        assert "extensions" not in live
        school_servers.server("sql").kill()
        try:
            stale = await ask(client, body)
            assert stale["data"] == live["data"]
            assert "errors" not in stale
            [source] = stale["extensions"]["sources"]
            assert (source["store"], source["state"]) == ("progress", "STALE")
            assert source["ageMs"] > 0
            refused = await ask(client, refusing)
            assert refused["data"] == {"me": {"enrollments": None}}
            assert [error["extensions"]["code"] for error in refused["errors"]] == ["STALE_REFUSED"]
        finally:
            await school_servers.server("sql").start()
        assert "extensions" not in await answered(partial(ask, client, body))


async def answered(ask: Callable[[], Awaitable[Any]]) -> Any:
    """The first answer that is neither an error nor stale."""
    began = monotonic()
    while (answer := await ask()).keys() != {"data"}:
        assert monotonic() - began < RECOVERY_SECONDS, answer
        await asyncio.sleep(0.02)
    return answer
