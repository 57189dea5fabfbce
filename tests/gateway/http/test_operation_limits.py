"""The limits of operations over each transport, by their settings."""

import json
from typing import Any

import pytest

from tests.gateway.app_client import TOKEN_ACCESS, app_client, bearer
from tests.gateway.http.websocket.client import code_of, initialize, receive_message, still_serves, subscribe
from tests.gateway.served_gateway import serve_gateway
from tests.hostile.documents import cube
from tests.resolvers import world

NAME = {"query": "{ me { displayName } }"}
SCHEMA = {"query": "{ __schema { queryType { name } } }"}
BEYOND = [
    ("GATEWAY_LIMIT_SIZE", "10", NAME["query"], "size"),
    ("GATEWAY_LIMIT_TOKENS", "5", NAME["query"], "tokens"),
    ("GATEWAY_LIMIT_DEFINITIONS", "1", "{ ...F } fragment F on Query { me { id } }", "definitions"),
    ("GATEWAY_LIMIT_DEPTH", "1", NAME["query"], "depth"),
    ("GATEWAY_LIMIT_ALIASES", "0", "{ a: me { id } }", "aliases"),
    ("GATEWAY_LIMIT_ROOT_FIELDS", "1", "{ me { id } viewer { subject } }", "rootFields"),
    ("GATEWAY_LIMIT_DIRECTIVES", "0", "{ me @skip(if: true) { id } }", "directives"),
    ("GATEWAY_LIMIT_FIELDS", "1", NAME["query"], "fields"),
    ("GATEWAY_LIMIT_REPEATS", "1", "{ me { id id } }", "repeats"),
    ("GATEWAY_LIMIT_INTROSPECTION_DEPTH", "1", SCHEMA["query"], "introspectionDepth"),
    ("GATEWAY_LIMIT_INTROSPECTION_FIELDS", "2", SCHEMA["query"], "introspectionFields"),
    ("GATEWAY_LIMIT_COST", "1", NAME["query"], "cost"),
]


@pytest.mark.parametrize(("setting", "value", "query", "limit"), BEYOND, ids=[each[0] for each in BEYOND])
async def test_each_limit_is_a_setting(setting: str, value: str, query: str, limit: str) -> None:
    async with app_client({setting: value}) as client:
        refused = await client.post(
            "/graphql", json={"query": query}, headers={"Accept": "application/graphql-response+json"}
        )
    async with app_client() as client:
        answered = await client.post("/graphql", json={"query": query})
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["extensions"]["code"], error["extensions"]["limit"]) == (
        400,
        "TOO_COMPLEX",
        limit,
    )
    assert error["extensions"]["maximum"] == int(value)
    assert "errors" not in answered.json()


async def test_http_and_event_streams_refuse_alike() -> None:
    async with app_client() as client:
        posted = await client.post("/graphql", json={"query": cube()})
        got = await client.get("/graphql", params={"query": cube()})
        streamed = await client.post("/graphql", json={"query": cube()}, headers={"Accept": "text/event-stream"})
    [event, *_] = [line for line in streamed.text.splitlines() if line.startswith("data: {")]
    assert posted.json() == got.json() == json.loads(event.removeprefix("data: "))
    assert posted.json()["errors"][0]["extensions"]["limit"] == "cost"


async def test_a_socket_survives_an_operation_beyond_a_limit() -> None:
    async with serve_gateway({"GATEWAY_LIMIT_ALIASES": "1"}) as gateway, gateway.socket() as socket:
        await initialize(socket)
        for query in ("{ a: hello b: hello }", "subscription { a: count { x: number } }", "#" * 40_000):
            await subscribe(socket, "1", query)
            message = await receive_message(socket)
            assert (message["type"], code_of(message)) == ("error", "TOO_COMPLEX")
        await still_serves(socket)


async def test_introspection_is_for_an_admin_unless_the_setting_says_all() -> None:
    async def codes(settings: dict[str, str], headers: dict[str, str]) -> list[str]:
        async with app_client(settings, access=TOKEN_ACCESS) as client:
            body = (await client.post("/graphql", json=SCHEMA, headers=headers)).json()
        return [error["extensions"]["code"] for error in body.get("errors", ())]

    assert await codes({}, bearer(world.admin())) == []
    assert await codes({}, bearer(world.learner())) == ["FORBIDDEN"]
    assert await codes({"GATEWAY_INTROSPECTION": "all"}, bearer(world.learner())) == []


@pytest.mark.parametrize(
    ("traced", "keys"), [("cost", {"cost"}), ("stores,cost", {"stores", "cost"}), ("stores, cost", {"stores", "cost"})]
)
async def test_an_admin_may_trace_the_cost(traced: str, keys: set[str]) -> None:
    async def extensions(headers: dict[str, str]) -> Any:
        response = await client.post("/graphql", json=NAME, headers={"X-Gateway-Trace": traced, **headers})
        return response.json().get("extensions")

    async with app_client(access=TOKEN_ACCESS) as client:
        shown, hidden = await extensions(bearer(world.admin())), await extensions(bearer(world.learner()))
    assert shown.keys() == keys
    assert shown["cost"] == {"estimated": 3, "actual": 3}
    assert hidden is None
