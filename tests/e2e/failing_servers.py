"""A gateway over real servers that fail: what it answers without one of them, and when it is whole again."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import httpx2

from gateway.config.backends import PORTS_WITH_URL
from gateway.config.open_stores import open_stores
from gateway.config.settings import deadline_variable
from gateway.config.urls import Url
from gateway.http.auth.access import Access
from stores.ports.stores import Stores
from tests.gateway.app_client import ANONYMOUS_ACCESS, app_client
from tests.resolvers import world

RECOVERY_SECONDS = 15.0
DEADLINE = 3.0
"""Seconds: long enough for a slow machine to connect."""
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
SERVER_OF = {
    "profiles": "mongo",
    "catalog": "mongo",
    "progress": "sql",
    "timeline": "influx",
    "sessions": "redis",
    "live": "redis",
}
"""The server of each port that has a URL."""


def now() -> Any:
    return world.NOW


def settings_of(deadline: float) -> dict[str, Any]:
    """Without caches: what is kept would be served while its store is away."""
    deadlines = {deadline_variable(port): str(deadline) for port in PORTS_WITH_URL}
    return deadlines | {"GATEWAY_CACHE": "off", "GATEWAY_STALE": "off"}


SETTINGS = settings_of(DEADLINE)


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
    """Wait until exactly these stores are down: the last pings may be older than the trouble, and a slow ping may
    report a healthy store as down once."""
    began = monotonic()
    while (down := await stores_down(client)) != expected:
        assert monotonic() - began < RECOVERY_SECONDS, down
        await asyncio.sleep(0.02)


async def stores_down(client: httpx2.AsyncClient) -> set[str]:
    health = (await client.get("/readyz")).json()
    return {store for store, its in health["stores"].items() if its["state"] == "DOWN"}
