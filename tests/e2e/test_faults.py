"""A server that stalls, is cut off or killed under a running gateway costs only its own fields, and recovers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from time import monotonic
from typing import Any

import httpx2
import pytest

from gateway.config.backends import PORTS_WITH_URL
from gateway.config.open_stores import open_stores
from gateway.config.settings import deadline_variable
from gateway.config.store_location import embedded_location
from gateway.config.urls import Url
from gateway.embedded.embedded_servers import EmbeddedServers
from gateway.embedded.folder import DataFolder
from gateway.embedded.influxd import find_influxd
from gateway.embedded.open_servers import open_embedded
from gateway.http.auth.access import Access
from stores.ports.stores import Stores
from tests.backends import missing
from tests.e2e.deployment import connected, migrate_in_time
from tests.gateway.app_client import ANONYMOUS_ACCESS, TOKEN_ACCESS, app_client, bearer
from tests.proxy import ProxyMode, through_proxy
from tests.resolvers import world

RECOVERY_SECONDS = 15.0
DEADLINE = 3.0
"""Seconds: long enough for a slow machine to connect."""
SETTINGS: dict[str, Any] = {deadline_variable(port): str(DEADLINE) for port in PORTS_WITH_URL} | {
    "GATEWAY_CACHE": "off",
    "GATEWAY_STALE": "off",
}
"""Without caches: what is kept would be served while its store is away."""
PAGE = """{
  learner(id: "TGVhcm5lcjpsZWFybmVyLWFkYQ==") {
    displayName timeline(first: 1) { edges { node { verb } } } presence { status }
  }
  enrollment(registration: "00000000-0000-0001-0000-000000000000") { progress { completion } }
  courses(first: 1) { edges { node { key } } }
}"""
# By server: the fields that are null without it, each with the port that its error names.
COSTS: Mapping[str, Mapping[tuple[str, ...], str]] = {
    "mongo": {("learner", "displayName"): "profiles", ("courses",): "catalog"},
    "sql": {("enrollment",): "progress"},
    "influx": {("learner", "timeline"): "timeline"},
    "redis": {("learner", "presence"): "sessions"},
}
# Ports that the page does not read.
UNASKED = {"sql": {"outbox", "activity", "revocations"}, "redis": {"live", "documents", "rates"}}
PORTS = {
    "profiles": "mongo",
    "catalog": "mongo",
    "progress": "sql",
    "timeline": "influx",
    "sessions": "redis",
    "live": "redis",
}


def now() -> Any:
    return world.NOW


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    """Servers of this module, which its tests may stop, with the school's data."""
    influxd = find_influxd()
    if influxd is None:
        missing("InfluxDB: there is no influxd")
    folder = DataFolder(tmp_path_factory.mktemp("faults"))

    async def build(urls: Mapping[str, Url]) -> None:
        await migrate_in_time(urls, now)
        async with open_stores(urls, now=now) as (stores, _):
            await connected(stores)
            await world.fill(stores)

    with asyncio.Runner() as runner:
        opened = open_embedded(folder, owner="faults", on_step=lambda step: None, influxd=influxd, restart=None)
        embedded = runner.run(opened.__aenter__())
        try:
            runner.run(build(embedded_location(embedded).urls))
            yield embedded
        finally:
            runner.run(opened.__aexit__(None, None, None))


@asynccontextmanager
async def gateway_over(
    urls: Mapping[str, Url], *, settings: Mapping[str, str] = SETTINGS, access: Access = ANONYMOUS_ACCESS
) -> AsyncIterator[httpx2.AsyncClient]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[tuple[Stores, Mapping[str, str]]]:
        async with open_stores(urls, now=now) as found:
            yield found

    async with app_client(settings, open_stores=opened, access=access) as client:
        yield client


async def page(client: httpx2.AsyncClient) -> Any:
    return (await client.post("/graphql", json={"query": PAGE}, timeout=30)).json()


def assert_whole(answer: Any) -> None:
    assert answer.get("errors", []) == []
    assert answer["data"]["learner"]["displayName"] == "Ada"
    assert answer["data"]["learner"]["timeline"]["edges"]
    assert answer["data"]["enrollment"]["progress"]["completion"] > 0


def assert_costs(answer: Any, gone: str, codes: set[str]) -> None:
    """Only the fields of that server are null, each with an error that names port and code but no address."""
    blamed = {tuple(error["path"]): error["extensions"]["store"] for error in answer["errors"]}
    assert blamed == COSTS[gone]
    assert {error["extensions"]["code"] for error in answer["errors"]} <= codes
    data = answer["data"]
    answered = {
        ("learner", "displayName"): data["learner"]["displayName"],
        ("learner", "timeline"): data["learner"]["timeline"],
        ("learner", "presence"): data["learner"]["presence"],
        ("enrollment",): data["enrollment"],
        ("courses",): data["courses"],
    }
    lost = {path for path, value in answered.items() if value is None}
    assert lost == set(COSTS[gone])
    assert "127.0.0.1" not in str(answer["errors"])


async def whole_again(client: httpx2.AsyncClient) -> float:
    """Wait until the whole page is answered; return the seconds."""
    began = monotonic()
    while "errors" in (answer := await page(client)):
        assert monotonic() - began < RECOVERY_SECONDS, answer
        await asyncio.sleep(0.02)
    assert_whole(answer)
    return monotonic() - began


async def only_these_are_down(client: httpx2.AsyncClient, expected: set[str]) -> None:
    """Wait until exactly these stores are down: a slow ping may report a healthy store as down once."""
    began = monotonic()
    while (down := await stores_down(client)) != expected:
        assert expected <= down
        assert monotonic() - began < RECOVERY_SECONDS, down


async def stores_down(client: httpx2.AsyncClient) -> set[str]:
    health = (await client.get("/readyz")).json()
    return {store for store, its in health["stores"].items() if its["state"] == "DOWN"}


@pytest.mark.parametrize("server", COSTS)
async def test_a_store_behind_a_bad_connection_costs_its_own_fields_and_recovers(
    embedded: EmbeddedServers, server: str
) -> None:
    direct = embedded_location(embedded).urls
    ports = [port for port, its in PORTS.items() if its == server]
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
async def test_a_killed_server_costs_its_own_fields_and_recovers(embedded: EmbeddedServers, server: str) -> None:
    async with gateway_over(embedded_location(embedded).urls) as client:
        await whole_again(client)
        embedded.server(server).kill()
        try:
            assert_costs(await page(client), server, {"STORE_UNAVAILABLE", "STORE_TIMEOUT"})
            await only_these_are_down(client, set(COSTS[server].values()) | UNASKED.get(server, set()))
        finally:
            await embedded.server(server).start()
        await whole_again(client)


async def test_a_gateway_starts_with_every_server_down(embedded: EmbeddedServers) -> None:
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


async def test_what_was_read_is_served_while_its_server_is_stopped(embedded: EmbeddedServers) -> None:
    """With the settings as they are by default: a learner sees their progress of before, marked with its age."""
    mine = "{ me { enrollments { edges { node { progress { completion } } } } } }"
    body, headers = {"query": mine}, bearer(world.learner())
    refusing = {**body, "extensions": {"freshness": {"maxAgeMs": 0}}}

    async def ask(client: httpx2.AsyncClient, body: Mapping[str, Any]) -> Any:
        return (await client.post("/graphql", json=body, headers=headers, timeout=30)).json()

    async with gateway_over(embedded_location(embedded).urls, settings={}, access=TOKEN_ACCESS) as client:
        live = await answered(partial(ask, client, body))
        assert [edge["node"]["progress"]["completion"] > 0 for edge in live["data"]["me"]["enrollments"]["edges"]]
        assert "extensions" not in live
        embedded.server("sql").kill()
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
            await embedded.server("sql").start()
        assert "extensions" not in await answered(partial(ask, client, body))


async def answered(ask: Callable[[], Awaitable[Any]]) -> Any:
    """The first answer that is neither an error nor stale."""
    began = monotonic()
    while (answer := await ask()).keys() != {"data"}:
        assert monotonic() - began < RECOVERY_SECONDS, answer
        await asyncio.sleep(0.02)
    return answer
