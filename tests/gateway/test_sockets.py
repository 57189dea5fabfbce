"""graphql-transport-ws as clients speak it, and as they should not: with a client of another make."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from gateway.sockets.socket import Bounds
from stores.memory.catalog import MemoryCatalog
from stores.ports.catalog import Course
from tests.gateway.live import FAT, closed, enter, hear, live, say, subscribe
from tests.gateway.school import SERVE, TOKENS, bearer
from tests.resolvers import world

NEVER = "subscription { never { number } }"
HELLO = {"query": "{ hello }"}
CANNOT_RUN: list[object] = [
    {"query": "{"},
    {"query": "{ nothingOfTheKind }"},
    {"query": "subscription { count { number } hello: count { number } }"},
    {"query": "subscription($n: Int!) { count(to: $n) { number } }"},
    {"query": "query A { hello }", "operationName": "B"},
    {"query": "query A { hello } query B { hello }"},
    {"query": ""},
    {"query": 7},
    {"query": "{ hello }", "variables": []},
    {"query": "{ hello }", "operationName": 7},
    {"query": "{ hello }", "extensions": "x"},
    {},
    [],
    "{ hello }",
    None,
]
NO_MESSAGES: list[str | bytes] = [
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


def code_of(message: Any) -> str:
    [error] = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
    code: str = error["extensions"]["code"]
    return code


async def still_serves(socket: ClientConnection) -> None:
    await say(socket, "subscribe", id="after", payload=HELLO)
    assert (await hear(socket))["payload"]["data"].keys() == {"hello"}
    assert await hear(socket) == {"type": "complete", "id": "after"}


async def test_a_subscription_tells_its_events_and_its_end() -> None:
    async with live() as gateway, gateway.socket() as socket:
        assert socket.subprotocol == "graphql-transport-ws"
        await enter(socket)
        await subscribe(socket, "1", "subscription($n: Int!) { count(to: $n) { number } }", variables={"n": 2})
        heard = [await hear(socket) for _ in range(3)]
        assert heard == [
            {"type": "next", "id": "1", "payload": {"data": {"count": {"number": 0}}}},
            {"type": "next", "id": "1", "payload": {"data": {"count": {"number": 1}}}},
            {"type": "complete", "id": "1"},
        ]
        await gateway.strings.all_ended(1)


async def test_queries_and_mutations_go_over_a_socket_too() -> None:
    async with live() as gateway, gateway.socket() as socket:
        await enter(socket)
        await still_serves(socket)
        await subscribe(
            socket,
            "m",
            "query A { hello } mutation B($n: String!) { greet(name: $n) }",
            variables={"n": "you"},
            operationName="B",
        )
        assert (await hear(socket))["payload"] == {"data": {"greet": "hello you"}}
        assert await hear(socket) == {"type": "complete", "id": "m"}


async def test_an_id_is_free_again_when_its_operation_is_complete() -> None:
    async with live() as gateway, gateway.socket() as socket:
        await enter(socket)
        for _ in range(2):
            await still_serves(socket)
        await subscribe(socket, "1", NEVER)
        await gateway.strings.have_begun(1)
        await say(socket, "complete", id="1")
        await subscribe(socket, "1", NEVER)
        await gateway.strings.have_begun(2)
        await say(socket, "complete", id="1")
        await gateway.strings.all_ended(2)
        await say(socket, "complete", id="unheard of")
        await still_serves(socket)


async def test_pings_are_answered_at_any_time() -> None:
    async with live() as gateway, gateway.socket() as socket:
        await say(socket, "ping")
        assert await hear(socket) == {"type": "pong"}
        await enter(socket)
        await say(socket, "pong")
        await say(socket, "ping", payload={"at": 7})
        assert await hear(socket) == {"type": "pong", "payload": {"at": 7}}


async def test_an_operation_that_cannot_run_is_an_error_of_its_own() -> None:
    """Other operations on the socket go on."""
    async with live() as gateway, gateway.socket() as socket:
        await enter(socket)
        await subscribe(socket, "other", NEVER)
        for payload in CANNOT_RUN:
            await say(socket, "subscribe", id="1", payload=payload)
            refused = await hear(socket)
            assert (payload, refused["type"], refused["id"]) == (payload, "error", "1")
            assert all(error["message"] for error in refused["payload"])
            assert "INTERNAL" not in json.dumps(refused)
        await still_serves(socket)
        assert (gateway.strings.begun, gateway.strings.ended) == (1, 0)


async def test_what_is_no_message_closes_the_socket() -> None:
    async with live() as gateway:
        for number, frame in enumerate(NO_MESSAGES, start=1):
            async with gateway.socket() as socket:
                await enter(socket)
                await subscribe(socket, "1", NEVER)
                await gateway.strings.have_begun(number)
                await socket.send(frame)
                code, reason = await closed(socket)
                assert (frame, code, bool(reason)) == (frame, 4400, True)
                await gateway.strings.all_ended(number)


async def test_bytes_that_are_no_text_close_the_socket() -> None:
    async with live() as gateway, gateway.socket() as socket:
        await enter(socket)
        await socket.send(b"\xff\xfe", text=True)
        assert (await closed(socket))[0] == 1007


async def test_a_payload_that_is_no_object_is_no_init() -> None:
    async with live() as gateway, gateway.socket() as socket:
        await say(socket, "connection_init", payload=[])
        assert (await closed(socket))[0] == 4400


async def test_who_does_not_keep_the_order_is_closed() -> None:
    async with live() as gateway:
        async with gateway.socket() as early:
            await subscribe(early, "1", NEVER)
            assert await closed(early) == (4401, "Unauthorized")
        async with gateway.socket() as twice:
            await enter(twice)
            await say(twice, "connection_init")
            assert await closed(twice) == (4429, "Too many initialisation requests")
        async with gateway.socket() as taken:
            await enter(taken)
            await subscribe(taken, "é" * 100, NEVER)
            await gateway.strings.have_begun(1)
            await subscribe(taken, "é" * 100, NEVER)
            code, reason = await closed(taken)
            assert (code, reason) == (4409, "Subscriber for " + "é" * 54)
        await gateway.strings.all_ended(1)


async def test_who_says_nothing_is_closed() -> None:
    bounds = Bounds(init_within=timedelta(seconds=0.05))
    async with live(bounds=bounds) as gateway:
        async with gateway.socket() as socket:
            assert await closed(socket) == (4408, "Connection initialisation timeout")
        async with gateway.socket() as socket:
            await enter(socket)
            await asyncio.sleep(0.1)  # time goes by: the bound was for the init alone
            await still_serves(socket)


async def test_operations_are_counted() -> None:
    async with live(bounds=Bounds(operations=2)) as gateway, gateway.socket() as socket:
        await enter(socket)
        for id in "12":
            await subscribe(socket, id, NEVER)
        await subscribe(socket, "3", NEVER)
        refused = await hear(socket)
        assert (refused["id"], code_of(refused)) == ("3", "TOO_MANY")
        await say(socket, "complete", id="1")
        await still_serves(socket)


@pytest.mark.parametrize("offered", [("graphql-ws",), ("graphql-ws", "something-else")])
async def test_another_subprotocol_is_refused(offered: tuple[str, ...]) -> None:
    async with live() as gateway, gateway.socket(subprotocols=offered) as socket:
        assert socket.subprotocol is None
        assert await closed(socket) == (4406, "Subprotocol not acceptable")


async def test_a_message_beyond_the_limit_closes_the_socket() -> None:
    async with live(body_limit=1_000) as gateway, gateway.socket() as socket:
        await enter(socket)
        await subscribe(socket, "1", NEVER)
        await gateway.strings.have_begun(1)
        await subscribe(socket, "2", " " * 1_000)
        assert (await closed(socket))[0] == 1009
        await gateway.strings.all_ended(1)


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
async def test_a_token_comes_with_the_init(name: str) -> None:
    async with live(access=SERVE) as gateway, gateway.socket() as socket:
        await enter(socket, **{name: bearer(world.learner())["Authorization"]})
        await say(socket, "subscribe", id="1", payload=HELLO)
        assert (await hear(socket))["payload"]["data"] == {"hello": world.ADA}


async def test_a_token_comes_with_the_upgrade() -> None:
    token = bearer(world.learner())
    async with live(access=SERVE) as gateway:
        async with gateway.socket(additional_headers=token) as socket:
            await enter(socket)
            await say(socket, "subscribe", id="1", payload=HELLO)
            assert (await hear(socket))["payload"]["data"] == {"hello": world.ADA}
        async with gateway.socket(additional_headers={"Cookie": f"Authorization={token['Authorization']}"}) as socket:
            await say(socket, "connection_init")
            assert await closed(socket) == (4403, "Forbidden")


async def test_without_a_good_token_a_socket_is_closed() -> None:
    async with live(access=SERVE) as gateway:
        for payload in ({}, *({"Authorization": given} for given in ("Bearer not.a.token", "Basic x", "", 7, ["x"]))):
            async with gateway.socket() as socket:
                await say(socket, "connection_init", payload=payload)
                assert await closed(socket) == (4403, "Forbidden")


async def test_an_expired_token_begins_nothing() -> None:
    expired = TOKENS.mint(world.learner(), now=datetime.now(UTC) - timedelta(hours=2), valid_for=timedelta(hours=1))
    async with live(access=SERVE) as gateway, gateway.socket() as socket:
        await say(socket, "connection_init", payload={"Authorization": f"Bearer {expired}"})
        assert await closed(socket) == (4403, "Forbidden")


async def test_a_socket_that_outlives_its_token_begins_nothing_more() -> None:
    token = bearer(world.learner())["Authorization"]
    later = datetime.now(UTC) + timedelta(days=1)
    async with live(access=SERVE, now=lambda: later) as gateway, gateway.socket() as socket:
        await enter(socket, Authorization=token)
        await say(socket, "subscribe", id="1", payload=HELLO)
        assert await closed(socket) == (4403, "Forbidden")


async def test_where_no_token_is_needed_a_page_of_another_site_is_kept_out() -> None:
    async with live() as gateway:
        here = gateway.url.removeprefix("http://")
        for origin in ("http://evil.example", "http://127.0.0.1:1", "null", f"http://{here}.evil.example"):
            with pytest.raises(InvalidStatus) as refused:
                await gateway.socket(origin=origin)
            assert refused.value.response.status_code == 403
        with pytest.raises(InvalidStatus) as rebound:
            await gateway.socket(host_header="evil.example", origin="http://evil.example")
        assert rebound.value.response.status_code == 400
        async with gateway.socket(origin=gateway.url) as socket:
            await enter(socket)
    async with live(access=SERVE) as gateway, gateway.socket(origin="https://school.example") as socket:
        await enter(socket, Authorization=bearer(world.learner())["Authorization"])


async def test_other_paths_have_no_sockets() -> None:
    async with live() as gateway:
        for path in ("/", "/livez", "/nothing/here"):
            with pytest.raises(InvalidStatus) as refused:
                await gateway.socket(path=path)
            assert refused.value.response.status_code == 403


async def test_errors_of_events_are_masked() -> None:
    async with live() as gateway, gateway.socket() as socket:
        await enter(socket)
        await subscribe(socket, "1", "subscription { count(to: 2) { number broken down } }")
        events = [await hear(socket), await hear(socket)]
        assert await hear(socket) == {"type": "complete", "id": "1"}
    for number, event in enumerate(events):
        assert event["payload"]["data"] == {"count": {"number": number, "broken": None, "down": None}}
        codes = [error["extensions"]["code"] for error in event["payload"]["errors"]]
        assert sorted(codes) == ["INTERNAL", "STORE_UNAVAILABLE"]
    assert "canary" not in json.dumps(events)


@pytest.mark.parametrize(("how", "code"), [("bug", "INTERNAL"), ("refused", "EXPIRED")])
async def test_a_source_that_fails_ends_with_an_error(how: str, code: str) -> None:
    async with live() as gateway, gateway.socket() as socket:
        await enter(socket)
        await subscribe(socket, "1", f'subscription {{ fails(how: "{how}") {{ number }} }}')
        assert (await hear(socket))["payload"] == {"data": {"fails": {"number": 0}}}
        failed = await hear(socket)
        assert (failed["type"], code_of(failed)) == ("error", code)
        assert "canary" not in json.dumps(failed)
        await still_serves(socket)
        await gateway.strings.all_ended(1)


class Counting(MemoryCatalog):
    calls = 0

    async def latest(self, course_keys: Sequence[str]) -> Mapping[str, Course]:
        self.calls += 1
        return {}


async def test_each_event_reads_afresh_and_tells_its_own_cost() -> None:
    catalog = Counting()
    async with live(catalog=catalog) as gateway, gateway.socket() as socket:
        await enter(socket, **{"X-Gateway-Trace": "stores"})
        await subscribe(socket, "1", "subscription { reads { a: title b: title } }")
        for event in range(3):
            heard = await hear(socket)
            assert heard["payload"]["data"] == {"reads": {"a": None, "b": None}}
            assert heard["payload"]["extensions"]["stores"]["calls"] == 1
            assert catalog.calls == event + 2  # one by the source, one by each event
            gateway.strings.next.set()
        assert (await hear(socket))["type"] == "complete"


async def test_who_does_not_read_holds_up_the_source() -> None:
    async with live() as gateway, gateway.socket(max_queue=1, close_timeout=0) as socket:
        await enter(socket)
        await subscribe(socket, "1", "subscription { fat }")
        strings = gateway.strings
        await strings.have_begun(1)
        before = -1
        while before != strings.fat_made:  # until the network's buffers are full
            before = strings.fat_made
            await asyncio.sleep(0.2)
        assert before * len(FAT) < 20_000_000
        for _ in range(before + 10):
            assert len((await hear(socket))["payload"]["data"]["fat"]) == len(FAT)
        assert strings.fat_made >= before + 10


@pytest.mark.parametrize("query", [NEVER, "subscription { fat }"])
@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_client_that_leaves_ends_its_operations(query: str, how: str) -> None:
    async with live() as gateway:
        socket = await gateway.socket(max_queue=1)
        await enter(socket)
        for id in "123":
            await subscribe(socket, id, query)
        await gateway.strings.have_begun(3)
        # It reads no more, so it would wait long for the answer to its close frame.
        closing = asyncio.create_task(socket.close()) if how == "close" else None
        if closing is None:
            socket.transport.abort()
        await gateway.strings.all_ended(3)
        socket.transport.abort()
        if closing is not None:
            await closing


@pytest.mark.parametrize("query", [NEVER, "subscription { fat }"])
async def test_a_client_that_answers_no_ping_is_cut_off(query: str) -> None:
    async with live(ping=0.2) as gateway:
        socket = await gateway.socket(max_queue=1)
        await enter(socket)
        await subscribe(socket, "1", query)
        await gateway.strings.have_begun(1)
        socket.transport.pause_reading()
        async with asyncio.timeout(3):
            await gateway.strings.have_ended(1)
        socket.transport.abort()


@pytest.mark.parametrize("query", [NEVER, "subscription { fat }"])
async def test_a_gateway_that_stops_says_so(query: str, caplog: pytest.LogCaptureFixture) -> None:
    async with live() as gateway:
        reads, stalls = await gateway.socket(), await gateway.socket(max_queue=1)
        for socket in (reads, stalls):
            await enter(socket)
            await subscribe(socket, "1", query)
        await gateway.strings.have_begun(2)
        stalls.transport.pause_reading()
        gateway.stop()
        assert (await closed(reads))[0] == 1012
        async with asyncio.timeout(3):
            await gateway.served
        assert (gateway.strings.begun, gateway.strings.ended) == (2, 2)
        stalls.transport.abort()
    assert [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []
