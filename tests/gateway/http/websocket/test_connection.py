"""graphql-transport-ws with correct and incorrect clients."""

import json
from collections.abc import Mapping, Sequence

import pytest

from stores.domain.catalog import Course
from stores.memory.catalog import MemoryCatalog
from tests.gateway.controlled_subscriptions import NEVER, SWALLOWS
from tests.gateway.http.websocket.client import (
    closed,
    code_of,
    initialize,
    receive_message,
    send_message,
    still_serves,
    subscribe,
)
from tests.gateway.served_gateway import serve_gateway

CANNOT_RUN: list[tuple[str, object]] = [
    ("GRAPHQL_PARSE_FAILED", {"query": "{"}),
    ("GRAPHQL_VALIDATION_FAILED", {"query": "{ nothingOfTheKind }"}),
    ("GRAPHQL_VALIDATION_FAILED", {"query": "subscription { count { number } hello: count { number } }"}),
    ("BAD_USER_INPUT", {"query": "subscription($n: Int!) { count(to: $n) { number } }"}),
    ("BAD_USER_INPUT", {"query": "query($if: Boolean!) { hello @include(if: $if) }", "variables": {"if": 1}}),
    ("BAD_REQUEST", {"query": ""}),
    ("BAD_REQUEST", {"query": "query A { hello }", "operationName": "B"}),
    ("BAD_REQUEST", {"query": "query A { hello } query B { hello }"}),
]
NO_REQUESTS: list[object] = [
    {"query": 7},
    {"query": None},
    {"query": "{ hello }", "variables": []},
    {"query": "{ hello }", "operationName": 7},
    {"query": "{ hello }", "extensions": "x"},
    {},
    [],
    "{ hello }",
    None,
]
NO_MESSAGES: list[str | bytes] = [
    '{"type": "subscribe", "id": "2"}',
    *(json.dumps({"type": "subscribe", "id": "2", "payload": payload}) for payload in NO_REQUESTS),
    json.dumps({"type": "subscribe", "id": "é" * 129, "payload": {"query": "{ hello }"}}),
    json.dumps({"type": "ping", "payload": {"at": "x" * 1_024}}),
    json.dumps({"type": "connection_init", "payload": {"Authorization": "x" * 32_768}}),
    "",
    "{",
    "[]",
    "7",
    "null",
    '"x"',
    "[" * 10_000 + "]" * 10_000,
    '{"type": "ping"}\\ud800',
    "{}",
    '{"type": 7}',
    '{"type": ["ping"]}',
    '{"type": "start"}',
    '{"type": "next", "id": "1"}',
    '{"type": "subscribe", "payload": {"query": "{ hello }"}}',
    '{"type": "subscribe", "id": 1, "payload": {"query": "{ hello }"}}',
    '{"type": "subscribe", "id": "", "payload": {"query": "{ hello }"}}',
    '{"type": "complete"}',
    '{"type": "complete", "id": {}}',
    '{"type": "ping", "payload": []}',
    b'{"type": "ping"}',
]


async def test_a_subscription_sends_its_events_and_complete() -> None:
    async with serve_gateway() as gateway, gateway.socket() as socket:
        assert socket.subprotocol == "graphql-transport-ws"
        await initialize(socket)
        await subscribe(socket, "1", "subscription($n: Int!) { count(to: $n) { number } }", variables={"n": 2})
        received = [await receive_message(socket) for _ in range(3)]
        assert received == [
            {"type": "next", "id": "1", "payload": {"data": {"count": {"number": 0}}}},
            {"type": "next", "id": "1", "payload": {"data": {"count": {"number": 1}}}},
            {"type": "complete", "id": "1"},
        ]
        await gateway.sources.all_ended(1)


async def test_queries_and_mutations_work_over_websocket() -> None:
    async with serve_gateway() as gateway, gateway.socket() as socket:
        await initialize(socket)
        await still_serves(socket)
        await subscribe(
            socket,
            "m",
            "query A { hello } mutation B($n: String!) { greet(name: $n) }",
            variables={"n": "you"},
            operationName="B",
        )
        assert (await receive_message(socket))["payload"] == {"data": {"greet": "hello you"}}
        assert await receive_message(socket) == {"type": "complete", "id": "m"}


async def test_an_id_may_be_reused_after_its_operation_completed() -> None:
    async with serve_gateway() as gateway, gateway.socket() as socket:
        await initialize(socket)
        for _ in range(2):
            await still_serves(socket)
        await subscribe(socket, "1", NEVER)
        await gateway.sources.have_begun(1)
        await send_message(socket, "complete", id="1")
        await subscribe(socket, "1", NEVER)
        await gateway.sources.have_begun(2)
        await send_message(socket, "complete", id="1")
        await gateway.sources.all_ended(2)
        await send_message(socket, "complete", id="unheard of")
        await still_serves(socket)


async def test_a_completed_operation_that_swallows_its_cancellation_is_cancelled_again() -> None:
    async with serve_gateway() as gateway, gateway.socket() as socket:
        await initialize(socket)
        await subscribe(socket, "1", SWALLOWS)
        await gateway.sources.have_begun(1)
        await send_message(socket, "complete", id="1")
        await gateway.sources.all_ended(1)
        await still_serves(socket)


async def test_a_completed_operation_sends_nothing_to_the_next_one_with_its_id() -> None:
    async with serve_gateway() as gateway, gateway.socket() as socket:
        await initialize(socket)
        await subscribe(socket, "1", SWALLOWS)
        await gateway.sources.have_begun(1)
        await send_message(socket, "complete", id="1")
        await subscribe(socket, "1", NEVER)
        await gateway.sources.have_begun(2)
        gateway.sources.next.set()
        await gateway.sources.have_ended(1)
        await still_serves(socket)  # no `next` or `complete` of the first one comes before
        await send_message(socket, "complete", id="1")
        await gateway.sources.all_ended(2)


async def test_pings_get_pongs_at_any_time() -> None:
    async with serve_gateway() as gateway, gateway.socket() as socket:
        await send_message(socket, "ping")
        assert await receive_message(socket) == {"type": "pong"}
        await initialize(socket)
        await send_message(socket, "pong")
        await send_message(socket, "ping", payload={"at": 7})
        assert await receive_message(socket) == {"type": "pong", "payload": {"at": 7}}


async def test_a_request_error_ends_only_its_operation() -> None:
    """Other operations on the connection continue."""
    async with serve_gateway() as gateway, gateway.socket() as socket:
        await initialize(socket)
        await subscribe(socket, "other", NEVER)
        for code, payload in CANNOT_RUN:
            await send_message(socket, "subscribe", id="1", payload=payload)
            refused = await receive_message(socket)
            assert (payload, refused["type"], refused["id"]) == (payload, "error", "1")
            assert {error["extensions"]["code"] for error in refused["payload"]} == {code}
            assert all(error["message"] for error in refused["payload"])
        await still_serves(socket)
        assert (gateway.sources.begun, gateway.sources.ended) == (1, 0)


async def test_an_invalid_message_closes_the_connection() -> None:
    async with serve_gateway() as gateway:
        for number, frame in enumerate(NO_MESSAGES, start=1):
            async with gateway.socket() as socket:
                await initialize(socket)
                await subscribe(socket, "1", NEVER)
                await gateway.sources.have_begun(number)
                await socket.send(frame)
                code, reason = await closed(socket)
                assert (frame, code, bool(reason)) == (frame, 4400, True)
                await gateway.sources.all_ended(number)


async def test_invalid_utf8_closes_the_connection() -> None:
    async with serve_gateway() as gateway, gateway.socket() as socket:
        await initialize(socket)
        await socket.send(b"\xff\xfe", text=True)
        assert (await closed(socket))[0] == 1007


async def test_an_init_payload_must_be_an_object() -> None:
    async with serve_gateway() as gateway, gateway.socket() as socket:
        await send_message(socket, "connection_init", payload=[])
        assert (await closed(socket))[0] == 4400


async def test_messages_out_of_order_close_the_connection() -> None:
    async with serve_gateway() as gateway:
        async with gateway.socket() as early:
            await subscribe(early, "1", NEVER)
            assert await closed(early) == (4401, "Unauthorized")
        async with gateway.socket() as twice:
            await initialize(twice)
            await send_message(twice, "connection_init")
            assert await closed(twice) == (4429, "Too many initialisation requests")
        async with gateway.socket() as taken:
            await initialize(taken)
            await subscribe(taken, "é" * 100, NEVER)
            await gateway.sources.have_begun(1)
            await subscribe(taken, "é" * 100, NEVER)
            code, reason = await closed(taken)
            assert (code, reason) == (4409, "Subscriber for " + "é" * 54)
        await gateway.sources.all_ended(1)


async def test_errors_of_events_are_masked() -> None:
    async with serve_gateway() as gateway, gateway.socket() as socket:
        await initialize(socket)
        await subscribe(socket, "1", "subscription { count(to: 2) { number broken down } }")
        events = [await receive_message(socket), await receive_message(socket)]
        assert await receive_message(socket) == {"type": "complete", "id": "1"}
    for number, event in enumerate(events):
        assert event["payload"]["data"] == {"count": {"number": number, "broken": None, "down": None}}
        codes = [error["extensions"]["code"] for error in event["payload"]["errors"]]
        assert sorted(codes) == ["INTERNAL", "STORE_UNAVAILABLE"]
    assert "canary" not in json.dumps(events)


@pytest.mark.parametrize(
    ("how", "code"), [("bug", "INTERNAL"), ("refused", "CURSOR_EXPIRED"), ("cancelled", "INTERNAL")]
)
async def test_a_source_that_fails_ends_with_an_error(how: str, code: str) -> None:
    async with serve_gateway() as gateway, gateway.socket() as socket:
        await initialize(socket)
        await subscribe(socket, "1", f'subscription {{ fails(how: "{how}") {{ number }} }}')
        assert (await receive_message(socket))["payload"] == {"data": {"fails": {"number": 0}}}
        failed = await receive_message(socket)
        assert (failed["type"], code_of(failed)) == ("error", code)
        assert "canary" not in json.dumps(failed)
        await still_serves(socket)
        await gateway.sources.all_ended(1)


class Counting(MemoryCatalog):
    calls = 0

    async def latest(self, course_keys: Sequence[str]) -> Mapping[str, Course]:
        self.calls += 1
        return {}


async def test_each_event_reads_afresh_and_traces_its_own_calls() -> None:
    catalog = Counting()
    async with serve_gateway(catalog=catalog) as gateway, gateway.socket() as socket:
        await initialize(socket, **{"X-Gateway-Trace": "stores"})
        await subscribe(socket, "1", "subscription { reads { a: title b: title } }")
        for event in range(3):
            received = await receive_message(socket)
            assert received["payload"]["data"] == {"reads": {"a": None, "b": None}}
            assert received["payload"]["extensions"]["stores"]["calls"] == 1
            assert catalog.calls == 2 * (event + 1)  # one by the source, one by the event itself
            gateway.sources.next.set()
        assert (await receive_message(socket))["type"] == "complete"
