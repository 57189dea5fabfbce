"""The rate limit over HTTP, server-sent events and WebSocket. The clock of these gateways stands still."""

from typing import Any

import httpx2
import pytest

from stores.domain.rates import Rate
from stores.errors import Unavailable
from tests.clock import Clock
from tests.gateway.app_client import TOKEN_ACCESS, app_client, bearer, sample_stores
from tests.gateway.controlled_subscriptions import NEVER
from tests.gateway.http.rates.limits import RATE, CountedRates
from tests.gateway.http.test_sse import EVENTS, asked
from tests.gateway.http.websocket.client import closed, code_of, initialize, receive_message, send_message, subscribe
from tests.gateway.served_gateway import serve_gateway
from tests.resolvers import world
from tests.resolvers.queries import BrokenStore

TWICE = Rate(per_minute=1, burst=2)
QUERY = {"query": "{ __typename }"}
COUNT = {"query": "subscription { count { number } }"}
ADMIN, LEARNER = bearer(world.admin()), bearer(world.learner())
PROXY = {"GATEWAY_TRUSTED_PROXIES": "127.0.0.1"}
REFUSAL = {"message": "the rate limit is used up: send less, or later"}


async def post(client: httpx2.AsyncClient, headers: dict[str, str] = LEARNER, **body: Any) -> httpx2.Response:
    return await client.post("/graphql", json=body or QUERY, headers=headers)


async def statuses(client: httpx2.AsyncClient, headers: dict[str, str], times: int) -> list[int]:
    return [(await post(client, headers)).status_code for _ in range(times)]


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_http_answers_429(accept: str) -> None:
    async with app_client(access=TOKEN_ACCESS, rate=TWICE) as client:
        assert await statuses(client, LEARNER, 2) == [200, 200]
        refused = await post(client, {**LEARNER, "Accept": accept})
        assert (refused.status_code, refused.headers["content-type"]) == (429, accept)
        assert (refused.headers["retry-after"], refused.headers["cache-control"]) == ("60", "no-store")
        assert refused.json() == {
            "errors": [{**REFUSAL, "extensions": {"code": "RATE_LIMITED", "retryAfterMs": 60_000}}]
        }
        assert (await client.get("/graphql", params=QUERY, headers=LEARNER)).status_code == 429
        assert await statuses(client, ADMIN, 1) == [200]  # another subject


@pytest.mark.parametrize(
    ("query", "units"),
    [
        ("{ __typename }", 1),
        ("{ __typename }" + " " * 386, 1 + 4),
        ("{ nowhere }" + " " * 389, 1 + 4 + 40),
        ("{ nowhere ", 1 + 1),
        ("{ courses(first: 1) { edges { cursor } } }", 1 + 4),
        ("query($first: Int!) { courses(first: $first) { edges { cursor } } }", 1),
    ],
)
@pytest.mark.parametrize("streams", [False, True])
async def test_an_operation_is_charged_for_its_text_and_its_cost(query: str, units: int, streams: bool) -> None:
    rates = CountedRates(Clock())
    headers = LEARNER | (EVENTS if streams else {})
    async with app_client(access=TOKEN_ACCESS, rate=RATE, open_stores=sample_stores(rates=rates)) as client:
        await post(client, headers, query=query)
    assert sum(owed for _, _, owed in rates.calls) == units - 5  # of the block that was leased


@pytest.mark.parametrize("streams", [False, True])
async def test_variables_that_led_to_nothing_are_charged(streams: bool) -> None:
    rates = CountedRates(Clock())
    query, ids = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"no": "list" * 1_500}
    async with app_client(access=TOKEN_ACCESS, rate=RATE, open_stores=sample_stores(rates=rates)) as client:
        body = {"query": query, "variables": {"ids": ids}}
        answer = await client.post("/graphql", json=body, headers=LEARNER | (EVENTS if streams else {}))
    assert "BAD_USER_INPUT" in answer.text
    assert 5 + sum(owed for _, _, owed in rates.calls) == 1 + 6 + 60


@pytest.mark.parametrize(("headers", "units"), [({}, 60), (LEARNER, 6)])
async def test_variables_are_charged(headers: dict[str, str], units: int) -> None:
    rates = CountedRates(Clock())
    async with app_client(access=TOKEN_ACCESS, rate=RATE, open_stores=sample_stores(rates=rates)) as client:
        answer = await post(client, headers, query="{ __typename }", variables={"no": "list" * 1_500})
    assert answer.status_code == 200
    assert 5 + sum(owed for _, _, owed in rates.calls) == 1 + units


async def test_there_is_no_limit_without_a_rate() -> None:
    unused = BrokenStore(lambda: Unavailable("rates", "cannot be reached"))
    async with app_client(access=TOKEN_ACCESS, open_stores=sample_stores(rates=unused)) as client:
        assert set(await statuses(client, LEARNER, 5)) == {200}


async def test_a_store_that_is_down_stops_no_operation() -> None:
    down = BrokenStore(lambda: Unavailable("rates", "cannot be reached"))
    async with app_client(access=TOKEN_ACCESS, rate=TWICE, open_stores=sample_stores(rates=down)) as client:
        assert await statuses(client, LEARNER, 3) == [200, 200, 429]


async def test_without_a_token_it_is_that_of_the_address() -> None:
    async with app_client(PROXY, access=TOKEN_ACCESS, rate=TWICE) as client:
        for address in ("192.0.2.1", "192.0.2.2", "2001:db8::1"):
            assert await statuses(client, {"X-Forwarded-For": address}, 3) == [200, 200, 429]
        assert await statuses(client, {"X-Forwarded-For": "2001:db8::2"}, 1) == [429]  # of the same /64
        assert await statuses(client, LEARNER, 1) == [200]


async def test_a_client_cannot_choose_its_address() -> None:
    async with app_client(access=TOKEN_ACCESS, rate=TWICE) as client:
        for name in ("X-Forwarded-For", "Forwarded"):
            headers = [{name: f"{'for=' if name == 'Forwarded' else ''}192.0.2.{number}"} for number in range(3)]
            answers = [(await post(client, each)).status_code for each in headers]
            assert answers == ([200, 200, 429] if name == "X-Forwarded-For" else [429] * 3)


async def test_refused_tokens_are_counted_by_address() -> None:
    async with app_client(access=TOKEN_ACCESS, rate=Rate(per_minute=1, burst=15)) as client:
        bad = {"Authorization": "Bearer forged"}
        assert await statuses(client, bad, 3) == [401, 401, 429]
        assert await statuses(client, LEARNER, 1) == [200]  # good tokens of the same address are served


async def test_a_stream_is_refused_before_it_begins() -> None:
    async with serve_gateway(access=TOKEN_ACCESS, rate=TWICE) as gateway:
        for _ in range(2):
            assert (await asked(gateway, headers={**EVENTS, **LEARNER}, json=QUERY)).status_code == 200
        refused = await asked(gateway, headers={**EVENTS, **LEARNER}, json={"query": NEVER})
        assert (refused.status_code, refused.headers["content-type"]) == (429, "application/json")
        assert (refused.headers["retry-after"], gateway.sources.begun) == ("60", 0)


async def test_a_socket_answers_the_operation() -> None:
    async with serve_gateway(access=TOKEN_ACCESS, rate=TWICE) as gateway, gateway.socket() as socket:
        await initialize(socket, **LEARNER)
        for id in "12":
            await subscribe(socket, id, "{ __typename }")
            assert [(await receive_message(socket))["type"] for _ in range(2)] == ["next", "complete"]
        await subscribe(socket, "3", NEVER)
        refused = await receive_message(socket)
        assert (refused["type"], refused["id"], code_of(refused)) == ("error", "3", "RATE_LIMITED")
        assert refused["payload"][0]["extensions"]["retryAfterMs"] == 60_000
        await send_message(socket, "ping")
        assert (await receive_message(socket))["type"] == "pong"


async def test_a_subscription_ends_when_its_events_have_used_up_the_rate() -> None:
    async with serve_gateway(access=TOKEN_ACCESS, rate=Rate(per_minute=1, burst=6)) as gateway:
        async with gateway.socket() as socket:
            await initialize(socket, **LEARNER)
            await subscribe(socket, "1", COUNT["query"])
            messages = [await receive_message(socket)]
            while messages[-1]["type"] == "next":
                messages.append(await receive_message(socket))
        assert (messages[-1]["type"], code_of(messages[-1])) == ("error", "RATE_LIMITED")
        assert 1 <= len(messages) - 1 < 6
        streamed = await asked(gateway, headers={**EVENTS, **bearer(world.admin())}, json=COUNT)
        assert streamed.text.count('"number"') < 6
        assert "RATE_LIMITED" in streamed.text
        await gateway.sources.all_ended(2)


async def test_sockets_with_refused_tokens_are_counted_and_closed() -> None:
    async with serve_gateway(access=TOKEN_ACCESS, rate=Rate(per_minute=1, burst=5)) as gateway:
        for _ in range(2):
            async with gateway.socket() as socket:
                await send_message(socket, "connection_init", payload={"Authorization": "Bearer forged"})
                assert (await closed(socket))[0] == 4403
        assert (await asked(gateway, headers={}, json=QUERY)).status_code == 429
