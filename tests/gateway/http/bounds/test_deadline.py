"""An operation that takes too long, and one whose client disconnects: reads are cancelled, writes run on."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from gateway.http.bounds.request_timeout import operation_timeout
from gateway.http.refusal import RequestRefused
from tests.gateway.app_client import app_client, sample_stores
from tests.gateway.http.bounds.raw_client import Answer, connected, post
from tests.gateway.http.bounds.slow_operations import (
    EVENTS,
    QUIET,
    READ,
    WRITE,
    StalledCatalog,
    Write,
    slow_schema,
    within,
)
from tests.gateway.http.websocket.client import code_of, initialize, receive_message, send_message, subscribe
from tests.gateway.served_gateway import ServedGateway, serve_gateway
from tests.resolvers import world

SHORT = {"GATEWAY_OPERATION_TIMEOUT": "0.1"}
STORES = {"GATEWAY_DEADLINE_CATALOG": "60"}
EVENT_STREAM = {"Accept": "text/event-stream"}


@asynccontextmanager
async def slow_gateway(**settings: str) -> AsyncIterator[tuple[ServedGateway, StalledCatalog, Write]]:
    catalog, write = StalledCatalog(), Write()
    async with serve_gateway(STORES | settings, schema=slow_schema(write), catalog=catalog) as gateway:
        try:
            yield gateway, catalog, write
        finally:
            write.may_end.set()


def body_of(query: str) -> bytes:
    return json.dumps({"query": query}).encode()


async def answer_to(gateway: ServedGateway, query: str, **headers: str) -> Answer:
    async with connected(gateway) as client:
        await client.send(post(body_of(query), headers=headers))
        return await client.answer()


async def test_a_query_that_takes_too_long_is_cancelled() -> None:
    async with slow_gateway(**SHORT) as (gateway, catalog, _):
        answer = await answer_to(gateway, READ)
        assert (answer.status, answer.code, answer.body.keys()) == (200, "OPERATION_TIMEOUT", {"errors"})
        await within(catalog.cancelled)
        typed = await answer_to(gateway, READ, Accept="application/graphql-response+json")
        assert (typed.status, typed.code) == (504, "OPERATION_TIMEOUT")


async def test_the_fields_of_other_stores_are_answered_before_the_deadline() -> None:
    query = """query ($key: String!) {
      learner(id: "TGVhcm5lcjpsZWFybmVyLWFkYQ==") { displayName }
      enrollment(registration: "00000000-0000-0001-0000-000000000000") { progress { completion } }
      course(key: $key) { title }
    }"""
    began = asyncio.get_running_loop().time()
    async with app_client(
        {**STORES, "GATEWAY_OPERATION_TIMEOUT": "0.6"}, open_stores=sample_stores(catalog=StalledCatalog())
    ) as client:
        answer = (await client.post("/graphql", json={"query": query, "variables": {"key": world.ALGEBRA}})).json()
    assert asyncio.get_running_loop().time() - began < 0.6 + 0.5
    assert {(each["extensions"]["store"], each["extensions"]["code"]) for each in answer["errors"]} == {
        ("catalog", "STORE_TIMEOUT")
    }
    assert answer["data"]["learner"]["displayName"] == "Ada"
    assert answer["data"]["enrollment"]["progress"]["completion"] > 0


async def test_a_client_may_wait_for_a_shorter_time() -> None:
    async with slow_gateway() as (gateway, catalog, _):
        answer = await answer_to(gateway, READ, **{"X-Request-Timeout": "0.05"})
        assert answer.code == "OPERATION_TIMEOUT"
        await within(catalog.cancelled)
        assert (await answer_to(gateway, READ, **{"X-Request-Timeout": "soon"})).code == "BAD_REQUEST"
        async with gateway.socket() as socket:
            await initialize(socket, **{"X-Request-Timeout": "0.05"})
            await subscribe(socket, "1", READ)
            assert code_of(await receive_message(socket)) == "OPERATION_TIMEOUT"


async def test_a_mutation_that_takes_too_long_runs_on() -> None:
    async with slow_gateway(**SHORT, GATEWAY_SHUTDOWN_GRACE="60") as (gateway, _, write):
        answer = await answer_to(gateway, WRITE)
        assert answer.code == "OPERATION_TIMEOUT"
        assert answer.body["errors"][0]["extensions"]["outcome"] == "UNKNOWN"
        gateway.stop()
        asyncio.get_running_loop().call_later(0.3, write.may_end.set)
        await gateway.served
        assert write.ended.is_set()


async def test_a_mutation_is_cut_off_after_the_grace() -> None:
    async with slow_gateway(**SHORT, GATEWAY_SHUTDOWN_GRACE="1") as (gateway, _, write):
        assert (await answer_to(gateway, WRITE)).code == "OPERATION_TIMEOUT"
        gateway.stop()
        await gateway.served
        assert not write.ended.is_set()


async def test_an_event_that_takes_too_long_ends_its_subscription() -> None:
    async with slow_gateway(**SHORT) as (gateway, catalog, _):
        async with gateway.socket() as socket:
            await initialize(socket)
            await subscribe(socket, "1", EVENTS)
            assert code_of(await receive_message(socket)) == "OPERATION_TIMEOUT"
            await within(catalog.cancelled)
            await subscribe(socket, "1", QUIET)
            assert (await receive_message(socket))["payload"] == {"data": {"quiet": 0}}
            await asyncio.sleep(0.2)
            await send_message(socket, "ping")
            assert (await receive_message(socket))["type"] == "pong"  # a subscription itself has no deadline
        async with connected(gateway) as client:
            await client.send(post(body_of(EVENTS), headers=EVENT_STREAM))
            received = await client.reader.readuntil(b"event: complete")
            assert (received.count(b"event: next"), received.count(b"OPERATION_TIMEOUT")) == (1, 1)


@pytest.mark.parametrize("headers", [{}, EVENT_STREAM])
async def test_a_client_that_disconnects_cancels_its_reads(headers: dict[str, str]) -> None:
    async with slow_gateway() as (gateway, catalog, _):
        async with connected(gateway) as client:
            await client.send(post(body_of(READ), headers=headers))
            await within(catalog.begun)
        await within(catalog.cancelled)


async def test_a_socket_that_closes_cancels_its_reads() -> None:
    async with slow_gateway() as (gateway, catalog, _):
        async with gateway.socket() as socket:
            await initialize(socket)
            await subscribe(socket, "1", READ)
            await within(catalog.begun)
        await within(catalog.cancelled)


@pytest.mark.parametrize("headers", [{}, EVENT_STREAM])
async def test_the_mutation_of_a_client_that_disconnects_runs_on(headers: dict[str, str]) -> None:
    async with slow_gateway() as (gateway, _, write):
        async with connected(gateway) as client:
            await client.send(post(body_of(WRITE), headers=headers))
            await within(write.begun)
            await asyncio.sleep(0.3)  # the client is watched after 0.25 s
        await asyncio.sleep(0.1)
        write.may_end.set()
        await within(write.ended)


async def test_operations_beyond_the_limit_are_refused_before_their_body_is_read() -> None:
    async with slow_gateway(GATEWAY_OPERATIONS="2") as (gateway, _, write), gateway.socket() as socket:
        await initialize(socket)
        for id in "12":
            await subscribe(socket, id, QUIET)
            assert (await receive_message(socket))["type"] == "next"
        await subscribe(socket, "3", WRITE)
        await within(write.begun)
        async with connected(gateway) as client:
            await client.send(post(body_of(WRITE)))
            async with connected(gateway) as probe:
                answer = await refusal_of(gateway)
                assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "OVERLOADED", "1")
                await probe.send(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert (await probe.answer()).status == 200
            await subscribe(socket, "4", READ)
            assert code_of(await receive_message(socket)) == "OVERLOADED"
            write.may_end.set()
            assert (await client.answer()).body == {"data": {"write": True}}


async def refusal_of(gateway: ServedGateway) -> Answer:
    """The response to a request whose body never comes, once there is one."""
    async with asyncio.timeout(10):
        while True:
            async with connected(gateway) as client:
                await client.send(post(b"x" * 100)[:-100])
                try:
                    async with asyncio.timeout(0.2):
                        return await client.answer()
                except TimeoutError:
                    continue


@pytest.mark.parametrize(
    ("given", "seconds"), [(None, 10), ("2", 2), ("0.25", 0.25), ("60", 10), ("0.0000001", 0.001), ("10.0", 10)]
)
def test_a_timeout_is_a_number_of_seconds(given: object, seconds: float) -> None:
    assert operation_timeout(given, longest=timedelta(seconds=10)) == timedelta(seconds=seconds)


@pytest.mark.parametrize("given", ["", "0", "0.0", "-1", "1e3", "1s", "inf", " 1", "1,5", "9" * 400, 5, ["1"]])
def test_other_timeouts_are_refused(given: object) -> None:
    with pytest.raises(RequestRefused):
        operation_timeout(given, longest=timedelta(seconds=10))
