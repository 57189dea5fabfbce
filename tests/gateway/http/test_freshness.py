"""`extensions.freshness` of a request, over all transports, and the settings of the last good values."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from gateway.http.graphql_request import LONGEST_AGE_MS, MalformedRequest, parse_request
from stores.ports.stores import Stores
from tests.gateway.app_client import SCHEMA, app_client
from tests.gateway.http.websocket.client import initialize, receive_message, subscribe
from tests.gateway.served_gateway import serve_gateway
from tests.resolvers import world
from tests.resolvers.subscriptions.live_school import ADA_ALGEBRA, FailingStore, open_school

QUERY = f'{{ enrollment(registration: "{ADA_ALGEBRA}") {{ state }} }}'
RENAME = """mutation { updateLearner(input: {id: "TGVhcm5lcjpsZWFybmVyLWFkYQ==", displayName: "Ada L."}) {
  errors { code } } }"""
NAME = '{ learner(learnerId: "learner-ada") { displayName } }'
LIVE = [{"store": "progress", "state": "LIVE", "ageMs": 0}]


def freshness(max_age_ms: object) -> dict[str, Any]:
    return {"freshness": {"maxAgeMs": max_age_ms}}


def asking(max_age_ms: int) -> dict[str, Any]:
    return {"query": QUERY, "extensions": freshness(max_age_ms)}


@asynccontextmanager
async def client_over(failing: str, **settings: str) -> AsyncIterator[tuple[httpx2.AsyncClient, FailingStore]]:
    """A client, and the store of this name, which may fail."""
    school = await open_school(**{failing: FailingStore})

    @asynccontextmanager
    async def opened() -> AsyncIterator[tuple[Stores, Mapping[str, str]]]:
        yield school.stores, dict.fromkeys(school.stores.by_name(), "memory")

    async with app_client(settings, open_stores=opened) as client:
        yield client, getattr(school.stores, failing)


async def ask(client: httpx2.AsyncClient, body: dict[str, Any]) -> Any:
    return (await client.post("/graphql", json=body)).json()


async def test_answers_have_their_sources_if_the_request_asks_or_a_store_fails() -> None:
    async with client_over("progress") as (client, progress):
        assert "extensions" not in await ask(client, {"query": QUERY})
        live = await ask(client, asking(60_000))
        assert live["extensions"] == {"sources": LIVE}
        progress.take_down("progress")
        stale = await ask(client, {"query": QUERY})
        assert (stale["data"], stale["extensions"]["sources"][0]["state"]) == (live["data"], "STALE")
        refused = await ask(client, asking(0))
        assert [error["extensions"]["code"] for error in refused["errors"]] == ["STALE_REFUSED"]


async def test_an_answer_that_reads_no_store_has_no_source_and_a_malformed_document_no_list() -> None:
    async with client_over("progress") as (client, _):
        answer = await ask(client, {"query": "{ __typename }", "extensions": freshness(1)})
        assert answer == {"data": {"__typename": "Query"}, "extensions": {"sources": []}}
        assert "extensions" not in await ask(client, {"query": "{", "extensions": freshness(1)})


async def test_every_form_of_a_request_may_limit_the_age() -> None:
    params = {"query": QUERY, "extensions": json.dumps(freshness(1))}
    events = {"Accept": "text/event-stream"}
    async with client_over("progress") as (client, _):
        by_get = (await client.get("/graphql", params=params)).json()
        streamed = (await client.post("/graphql", json=asking(1), headers=events)).text
    assert by_get["extensions"] == {"sources": LIVE}
    assert json.loads(streamed.split("data: ")[1].split("\n")[0])["extensions"] == {"sources": LIVE}


async def test_a_socket_may_limit_the_age_of_each_operation() -> None:
    async with serve_gateway(schema=SCHEMA) as gateway, gateway.socket() as socket:
        await initialize(socket)
        for extensions, expected in ((freshness(1), {"sources": LIVE}), ({}, None)):
            await subscribe(socket, "q", QUERY, extensions=extensions)
            assert (await receive_message(socket))["payload"].get("extensions") == expected
            await receive_message(socket)


@pytest.mark.parametrize("given", [None, "5", 5.0, True, -1, LONGEST_AGE_MS + 1])
def test_an_age_is_an_integer_of_milliseconds(given: object) -> None:
    with pytest.raises(MalformedRequest, match="maxAgeMs"):
        parse_request({"query": QUERY, "extensions": freshness(given)}, size=0)


@pytest.mark.parametrize("given", [{"freshness": {}}, {"freshness": "x"}])
def test_freshness_is_an_object_with_an_age(given: object) -> None:
    with pytest.raises(MalformedRequest, match="freshness"):
        parse_request({"query": QUERY, "extensions": given}, size=0)


async def test_last_good_values_may_be_switched_off() -> None:
    async with client_over("progress", GATEWAY_STALE="off") as (client, progress):
        await ask(client, {"query": QUERY})
        progress.take_down("progress")
        answer = await ask(client, {"query": QUERY})
    assert answer["data"] == {"enrollment": None}
    assert answer["extensions"] == {"sources": [{"store": "progress", "state": "DOWN", "ageMs": None}]}


async def test_a_store_whose_breaker_is_open_is_not_called_for_stale_values() -> None:
    async with client_over("progress") as (client, progress):
        live = await ask(client, {"query": QUERY})
        progress.take_down("progress")
        called = -1
        while (before := progress.calls.count("by_registrations")) != called:  # the breaker counts a few failures
            called = before
            stale = await ask(client, {"query": QUERY})
            assert (stale["data"], stale["extensions"]["sources"][0]["state"]) == (live["data"], "STALE")
        assert called > 1


@pytest.mark.parametrize("cache", ["on", "off"])
async def test_a_write_of_this_gateway_ends_the_last_good_value(cache: str) -> None:
    async with client_over("profiles", GATEWAY_CACHE=cache) as (client, profiles):
        assert (await ask(client, {"query": NAME}))["data"] == {"learner": {"displayName": "Ada"}}
        assert (await ask(client, {"query": RENAME}))["data"] == {"updateLearner": {"errors": []}}
        profiles.take_down("profiles")
        answer = await ask(client, {"query": NAME})
    assert answer["data"] == {"learner": {"displayName": None}}
    assert world.ADA not in str(answer["errors"])
