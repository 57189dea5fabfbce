"""GraphQL over server-sent events: the format, and the end of a stream at both sides."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from gateway.http.auth.open_streams import OpenStreams
from gateway.http.sse import EventStreamResponse
from gateway.http.streamed_result import StreamedResult
from tests.gateway.app_client import TOKEN_ACCESS, bearer
from tests.gateway.controlled_subscriptions import SWALLOWS, WITHIN
from tests.gateway.served_gateway import ServedGateway, serve_gateway
from tests.resolvers import world

EVENTS = {"Accept": "text/event-stream"}
COUNT = {"query": "subscription { count(to: 2) { number } }"}
NEVER = {"query": "subscription { never { number } }"}
GREET = {"query": 'mutation { greet(name: "you") }'}
# What urql sends with everything it asks.
EVERY_FORM = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"


def events_of(text: str) -> list[tuple[str, Any]]:
    events = []
    for block in text.split("\n\n")[:-1]:
        event, data = block.split("\n")
        payload = data.removeprefix("data:").strip()
        events.append((event.removeprefix("event: "), json.loads(payload) if payload else None))
    return events


def client_of(gateway: ServedGateway) -> httpx2.AsyncClient:
    # To read the certificates takes longer than a test.
    return httpx2.AsyncClient(base_url=gateway.url, verify=False, timeout=WITHIN)


async def asked(
    gateway: ServedGateway, method: str = "POST", headers: dict[str, str] = EVENTS, **more: Any
) -> httpx2.Response:
    async with client_of(gateway) as client:
        return await client.request(method, "/graphql", headers=headers, **more)


@asynccontextmanager
async def streamed(gateway: ServedGateway, body: dict[str, str]) -> AsyncIterator[httpx2.Response]:
    """A response whose body is not read."""
    async with client_of(gateway) as client, client.stream("POST", "/graphql", json=body, headers=EVENTS) as response:
        yield response


@pytest.mark.parametrize("form", [{"method": "POST", "json": COUNT}, {"method": "GET", "params": COUNT}])
async def test_a_subscription_sends_its_events_and_complete(form: dict[str, Any]) -> None:
    async with serve_gateway() as gateway:
        response = await asked(gateway, **form)
        await gateway.sources.all_ended(1)
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == "text/event-stream"
    assert response.headers["cache-control"] == "no-cache, no-transform"
    assert response.headers["x-request-id"] == "request-1"
    assert events_of(response.text) == [
        ("next", {"data": {"count": {"number": 0}}}),
        ("next", {"data": {"count": {"number": 1}}}),
        ("complete", None),
    ]


async def test_queries_and_mutations_stream_one_result() -> None:
    async with serve_gateway() as gateway:
        query = await asked(gateway, json={"query": "{ hello }"})
        mutation = await asked(gateway, json=GREET)
        by_get = await asked(gateway, "GET", params=GREET)
    assert events_of(query.text) == [("next", {"data": {"hello": "root"}}), ("complete", None)]
    assert events_of(mutation.text)[0] == ("next", {"data": {"greet": "hello you"}})
    [(kind, refused), end] = events_of(by_get.text)
    assert (kind, end) == ("next", ("complete", None))
    assert refused["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
    assert "data" not in refused


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothingOfTheKind }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription($n: Int!) { count(to: $n) { number } }", "BAD_USER_INPUT"),
        ("query A { hello } query B { hello }", "BAD_REQUEST"),
    ],
)
async def test_a_request_error_is_sent_as_an_event(query: str, code: str) -> None:
    async with serve_gateway() as gateway:
        response = await asked(gateway, json={"query": query})
    assert response.status_code == 200
    [(kind, refused), end] = events_of(response.text)
    assert (kind, end, refused.keys()) == ("next", ("complete", None), {"errors"})
    assert [error["extensions"]["code"] for error in refused["errors"]] == [code]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"query": 7}', b'{"query": "{ hello }", "variables": []}'])
async def test_a_malformed_request_gets_a_400(body: bytes) -> None:
    async with serve_gateway() as gateway:
        response = await asked(gateway, content=body, headers={**EVENTS, "Content-Type": "application/json"})
        other = await asked(
            gateway, content=b'{"query": "{ hello }"}', headers={**EVENTS, "Content-Type": "text/plain"}
        )
        method = await asked(gateway, "PUT", json=COUNT)
    assert (response.status_code, other.status_code, method.status_code) == (400, 415, 405)
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


async def test_streams_need_a_token() -> None:
    async with serve_gateway(access=TOKEN_ACCESS) as gateway:
        without = await asked(gateway, json=COUNT)
        given = await asked(gateway, json={"query": "{ hello }"}, headers={**EVENTS, **bearer(world.learner())})
    assert without.status_code == 401
    assert events_of(given.text)[0] == ("next", {"data": {"hello": world.ADA}})


async def test_a_subscription_as_json_is_refused_with_advice() -> None:
    async with serve_gateway() as gateway:
        for accept in ("application/json", "application/graphql-response+json", "*/*"):
            response = await asked(gateway, json=NEVER, headers={"Accept": accept})
            assert response.status_code == 400
            [error] = response.json()["errors"]
            assert error["extensions"] == {"code": "BAD_REQUEST"}
            assert "text/event-stream" in error["message"]
        assert gateway.sources.begun == 0


async def test_a_client_that_accepts_all_types_gets_json_for_queries() -> None:
    async with serve_gateway() as gateway:
        query = await asked(gateway, json={"query": "{ hello }"}, headers={"Accept": EVERY_FORM})
        subscription = await asked(gateway, json=COUNT, headers={"Accept": EVERY_FORM})
    assert query.json() == {"data": {"hello": "root"}}
    assert len(events_of(subscription.text)) == 3


async def test_a_source_that_fails_ends_with_a_masked_error() -> None:
    async with serve_gateway() as gateway:
        response = await asked(gateway, json={"query": "subscription { fails { number broken } }"})
    (_, first), (_, last), end = events_of(response.text)
    assert first["errors"][0]["extensions"]["code"] == last["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert end == ("complete", None)
    assert "canary" not in response.text


@pytest.mark.parametrize("query", [NEVER, {"query": "subscription { fat }"}, {"query": SWALLOWS}])
async def test_a_disconnect_ends_the_source(query: dict[str, str]) -> None:
    async with serve_gateway() as gateway:
        async with streamed(gateway, query):
            await gateway.sources.have_begun(1)
        await gateway.sources.all_ended(1)


async def test_a_client_that_does_not_read_slows_down_the_source() -> None:
    async with serve_gateway() as gateway:
        async with streamed(gateway, {"query": "subscription { fat }"}):
            before = -1
            while before != gateway.sources.fat_made:  # until the network's buffers are full
                before = gateway.sources.fat_made
                await asyncio.sleep(0.2)
            assert before < 300
        await gateway.sources.all_ended(1)


async def test_a_stopping_gateway_ends_its_streams(caplog: pytest.LogCaptureFixture) -> None:
    async with serve_gateway({"GATEWAY_SHUTDOWN_GRACE": "60"}) as gateway:  # it is not that which ends them
        stream = asyncio.create_task(asked(gateway, json=NEVER))
        await gateway.sources.have_begun(1)
        gateway.stop()
        async with asyncio.timeout(WITHIN):
            assert (await stream).text == ""  # without `complete`, so that clients try again elsewhere
            await gateway.served
        assert gateway.sources.ended == 1
    assert [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []


async def test_an_idle_stream_sends_comments() -> None:
    may_end, said = asyncio.Event(), list[bytes]()

    async def answers() -> AsyncIterator[StreamedResult]:
        await may_end.wait()
        yield StreamedResult(b'{"data":null}')

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        said.append(message.get("body", b"start"))
        if said.count(b":\n\n") == 2:
            may_end.set()

    stream = EventStreamResponse(
        answers(),  # type: ignore[arg-type]
        stopping=asyncio.Event(),
        viewer=world.admin(),
        open_streams=OpenStreams(),
        keep_alive=timedelta(milliseconds=1),
    )
    async with asyncio.timeout(WITHIN):
        await stream({}, receive, send)
    assert said[:3] == [b"start", b":\n\n", b":\n\n"]
    assert said[-2:] == [b"event: complete\ndata:\n\n", b""]
