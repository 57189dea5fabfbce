"""Limits of a WebSocket connection: time, memory and the number of operations."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from itertools import chain, repeat

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from gateway.http.websocket.connection import ConnectionLimits
from tests.gateway.app_client import TOKEN_ACCESS, bearer
from tests.gateway.controlled_subscriptions import FAT, NEVER, WITHIN
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
from tests.resolvers import world


async def test_a_connection_without_init_is_closed() -> None:
    limits = ConnectionLimits(init_timeout=timedelta(seconds=1))
    async with serve_gateway(limits=limits) as gateway, gateway.socket() as speaks:
        await initialize(speaks)
        async with gateway.socket() as silent:
            assert await closed(silent) == (4408, "Connection initialisation timeout")
        # The other connection is older than that: the limit applies to the init only.
        await still_serves(speaks)


async def test_concurrent_operations_are_limited() -> None:
    async with serve_gateway(limits=ConnectionLimits(operations=2)) as gateway, gateway.socket() as socket:
        await initialize(socket)
        for id in "12":
            await subscribe(socket, id, NEVER)
        await subscribe(socket, "3", NEVER)
        refused = await receive_message(socket)
        assert (refused["id"], code_of(refused)) == ("3", "TOO_MANY")
        await send_message(socket, "complete", id="1")
        await still_serves(socket)


async def test_a_message_beyond_the_limit_closes_the_connection() -> None:
    async with serve_gateway({"GATEWAY_BODY_LIMIT": "1000"}) as gateway, gateway.socket() as socket:
        await initialize(socket)
        await subscribe(socket, "1", NEVER)
        await gateway.sources.have_begun(1)
        await subscribe(socket, "2", " " * 1_000)
        assert (await closed(socket))[0] == 1009
        await gateway.sources.all_ended(1)


async def test_a_message_of_too_many_fragments_closes_the_connection() -> None:
    async with serve_gateway() as gateway, gateway.socket() as socket:
        await initialize(socket)
        await socket.send(['{"type": "ping"', "", "}"])
        assert await receive_message(socket) == {"type": "pong"}
        with suppress(ConnectionClosed):
            await socket.send(chain(repeat("", 2_000), ["}"]))
        assert (await closed(socket))[0] == 1009


async def test_a_client_that_is_not_known_may_send_little() -> None:
    async with serve_gateway() as gateway, gateway.socket() as known, gateway.socket() as unknown:
        await initialize(known)
        await subscribe(known, "1", "{ hello }", extensions={"padding": " " * 100_000})
        assert (await receive_message(known))["type"] == "next"
        await send_message(unknown, "connection_init", payload={"Authorization": "x" * 100_000})
        assert (await closed(unknown))[0] == 1009


async def test_the_sockets_of_a_subject_are_limited() -> None:
    async with serve_gateway({"GATEWAY_SOCKETS_PER_SUBJECT": "1"}, access=TOKEN_ACCESS) as gateway:
        async with gateway.socket() as first, gateway.socket() as second, gateway.socket() as other:
            await initialize(first, **bearer(world.learner()))
            await send_message(second, "connection_init", payload=bearer(world.learner()))
            assert await closed(second) == (4429, "Too many connections")
            await initialize(other, **bearer(world.admin()))
        async with gateway.socket() as third:
            await initialize(third, **bearer(world.learner()))


async def test_the_sockets_of_an_address_are_limited() -> None:
    async with serve_gateway({"GATEWAY_SOCKETS_PER_ADDRESS": "1"}) as gateway:
        async with gateway.socket():
            with pytest.raises(InvalidStatus) as refused:
                await gateway.socket()
            assert refused.value.response.status_code == 429
            assert "Retry-After" in refused.value.response.headers
        async with gateway.socket() as socket:
            await initialize(socket)


async def test_the_addresses_of_an_ipv6_network_are_one() -> None:
    settings = {"GATEWAY_SOCKETS_PER_ADDRESS": "1", "GATEWAY_TRUSTED_PROXIES": "127.0.0.1"}
    async with serve_gateway(settings) as gateway:
        first, second, other = (
            gateway.socket(additional_headers={"X-Forwarded-For": address})
            for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
        )
        async with first, other:
            with pytest.raises(InvalidStatus):
                await second


async def test_many_connections_that_are_lost_at_once_all_end() -> None:
    """The clean-up runs in slices of 20."""
    sockets = 70
    async with serve_gateway() as gateway:
        clients = [await gateway.socket() for _ in range(sockets)]
        for client in clients:
            await initialize(client)
            await subscribe(client, "1", NEVER)
        await gateway.sources.have_begun(sockets)
        for client in clients:
            client.transport.abort()
        await gateway.sources.all_ended(sockets)
        async with gateway.socket() as socket:
            await initialize(socket)


async def test_a_client_that_does_not_read_slows_down_the_source() -> None:
    async with serve_gateway() as gateway, gateway.socket(max_queue=1, close_timeout=0) as socket:
        await initialize(socket)
        await subscribe(socket, "1", "subscription { fat }")
        sources = gateway.sources
        await sources.have_begun(1)
        before = -1
        while before != sources.fat_made:  # until the network's buffers are full
            before = sources.fat_made
            await asyncio.sleep(0.2)
        assert before * len(FAT) < 20_000_000
        for _ in range(before + 10):
            assert len((await receive_message(socket))["payload"]["data"]["fat"]) == len(FAT)
        assert sources.fat_made >= before + 10


@pytest.mark.parametrize("query", [NEVER, "subscription { fat }"])
@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_disconnect_ends_all_operations(query: str, how: str, caplog: pytest.LogCaptureFixture) -> None:
    async with serve_gateway() as gateway:
        socket = await gateway.socket(max_queue=1)
        await initialize(socket)
        for id in "123":
            await subscribe(socket, id, query)
        await gateway.sources.have_begun(3)
        # It reads no more, so it would wait long for the answer to its close frame.
        closing = asyncio.create_task(socket.close()) if how == "close" else None
        if closing is None:
            socket.transport.abort()
        await gateway.sources.all_ended(3)
        socket.transport.abort()
        if closing is not None:
            await closing
    assert [each.message for each in caplog.records if each.levelname == "ERROR"] == []


@pytest.mark.parametrize("query", [NEVER, "subscription { fat }"])
async def test_a_client_that_sends_no_pong_is_disconnected(query: str) -> None:
    async with serve_gateway(ping=1) as gateway:
        socket = await gateway.socket(max_queue=1)
        await initialize(socket)
        await subscribe(socket, "1", query)
        await gateway.sources.have_begun(1)
        socket.transport.pause_reading()
        await gateway.sources.have_ended(1)
        socket.transport.abort()


@pytest.mark.parametrize("query", [NEVER, "subscription { fat }"])
async def test_a_stopping_gateway_closes_connections_with_1012(query: str, caplog: pytest.LogCaptureFixture) -> None:
    async with serve_gateway({"GATEWAY_SHUTDOWN_GRACE": "60"}) as gateway:  # it is not that which ends them
        reads, stalls = await gateway.socket(), await gateway.socket(max_queue=1)
        for socket in (reads, stalls):
            await initialize(socket)
            await subscribe(socket, "1", query)
        await gateway.sources.have_begun(2)
        stalls.transport.pause_reading()
        gateway.stop()
        assert (await closed(reads))[0] == 1012
        async with asyncio.timeout(WITHIN):
            await gateway.served
        assert (gateway.sources.begun, gateway.sources.ended) == (2, 2)
        stalls.transport.abort()
    assert [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []


async def test_a_stop_with_many_idle_subscriptions_is_quick() -> None:
    """It takes about 0.5 ms a socket; the bound leaves room for a busy machine. The cost once grew with the square."""
    sockets = 500
    async with serve_gateway({"GATEWAY_SHUTDOWN_GRACE": "60", "GATEWAY_SOCKETS_PER_SUBJECT": "500"}) as gateway:
        clients = [await gateway.socket() for _ in range(sockets)]
        for client in clients:
            await initialize(client)
            await subscribe(client, "1", NEVER)
        await gateway.sources.have_begun(sockets)
        gateway.stop()
        async with asyncio.timeout(5):
            await gateway.served
        assert gateway.sources.ended == sockets
        assert {(await closed(client))[0] for client in clients} == {1012}
