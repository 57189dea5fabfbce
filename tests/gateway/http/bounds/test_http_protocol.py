"""Bounds on the head of a request, the time to send it, and the number of connections."""

import asyncio
from contextlib import AsyncExitStack, suppress

import pytest

from tests.gateway.http.bounds.raw_client import TYPENAME, connected, head, post
from tests.gateway.http.websocket.client import initialize
from tests.gateway.served_gateway import serve_gateway

WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}
LATE = {"GATEWAY_HEAD_TIMEOUT": "0.1", "GATEWAY_BODY_TIMEOUT": "0.1"}


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /graphql HTTP/1.1\r\nX-Endless: " + b"x" * 40_000,
        b"POST /graphql HTTP/1.1\r\n" + b"X-Many: x\r\n" * 102,
        b"POST /" + b"x" * 40_000,
        post(headers={f"X-{number}": "x" * 9_000 for number in range(4)}),
        head(headers={"Transfer-Encoding": "chunked"}) + b"1\r\n{\r\n0\r\n" + b"X-Trailer: x\r\n" * 101,
    ],
)
async def test_a_head_that_is_too_large_is_refused(sent: bytes) -> None:
    async with serve_gateway() as gateway, connected(gateway) as client:
        await client.send(sent)
        answer = await client.answer()
        assert (answer.status, answer.code, answer.headers["connection"]) == (431, "HEAD_TOO_LARGE", "close")
        assert await client.ended() == b""


async def test_a_trailer_that_does_not_end_is_refused() -> None:
    async with serve_gateway() as gateway, connected(gateway) as client:
        await client.send(
            head(headers={"Transfer-Encoding": "chunked"}) + b"1\r\n{\r\n0\r\nX-Trailer: " + b"x" * 80_000
        )
        answer = await client.answer()
        assert (answer.status, answer.code) == (431, "HEAD_TOO_LARGE")


async def test_a_head_within_the_limits_is_served_in_any_pieces() -> None:
    request = post(headers={f"X-{number}": "x" * 300 for number in range(90)})
    async with serve_gateway() as gateway, connected(gateway) as client:
        for size in (len(request), 7_000, len(request) - 10):
            for start in range(0, len(request), size):
                await client.send(request[start : start + size])
            assert (await client.answer()).status == 200


async def test_a_small_chunked_body_is_served() -> None:
    async with serve_gateway() as gateway, connected(gateway) as client:
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in TYPENAME)
        await client.send(head(headers={"Transfer-Encoding": "chunked"}) + chunks + b"0\r\nX-Trailer: x\r\n\r\n")
        assert (await client.answer()).status == 200


@pytest.mark.parametrize("sent", [head()[:-2], head(length=100), head(length=100) + b"{"])
async def test_a_request_that_does_not_arrive_in_time_is_refused(sent: bytes) -> None:
    async with serve_gateway(LATE) as gateway, connected(gateway) as client:
        await client.send(sent)
        answer = await client.answer()
        assert (answer.status, answer.code) == (408, "REQUEST_TIMEOUT")


async def test_a_connection_that_sends_nothing_is_closed() -> None:
    async with serve_gateway(LATE) as gateway, connected(gateway) as client:
        assert await client.ended() == b""


async def test_the_timeouts_do_not_apply_between_requests() -> None:
    async with serve_gateway(LATE | {"GATEWAY_KEEP_ALIVE": "0.5"}) as gateway, connected(gateway) as client:
        for _ in range(2):
            await client.send(post())
            assert (await client.answer()).status == 200
        await client.send(post()[:-1])
        assert (await client.answer()).status == 408
        async with connected(gateway) as idle:
            await idle.send(post())
            assert (await idle.answer()).status == 200
            assert await idle.ended() == b""


async def test_an_upgrade_to_another_protocol_is_not_made() -> None:
    upgrade = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__"}
    settings = LATE | {"GATEWAY_KEEP_ALIVE": "0.5"}
    async with serve_gateway(settings) as gateway, connected(gateway) as client:
        await client.send(head("/livez", method="GET", headers=upgrade))
        assert (await client.answer()).status == 200
        await asyncio.sleep(0.2)
        await client.send(post())
        assert (await client.answer()).status == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (head(headers=WEBSOCKET), 405),
        (head(method="GET", length=2, headers=WEBSOCKET) + b"{}", 400),
        (head(method="GET", headers=WEBSOCKET | {"Cookie": "x" * 9_000}), 431),
        (head("/" + "x" * 9_000, method="GET", headers=WEBSOCKET), 414),
    ],
)
async def test_an_upgrade_that_websockets_cannot_read_is_refused(sent: bytes, status: int) -> None:
    async with serve_gateway() as gateway, connected(gateway) as client:
        await client.send(sent)
        assert (await client.ended()).startswith(b"HTTP/1.1 %d " % status)


async def test_what_is_not_http_is_refused_in_the_format_of_errors() -> None:
    async with serve_gateway() as gateway, connected(gateway) as client:
        await client.send(b"this is not HTTP\r\n\r\n")
        answer = await client.answer()
        assert (answer.status, answer.code) == (400, "BAD_REQUEST")


async def test_too_many_pipelined_requests_close_the_connection() -> None:
    async with serve_gateway() as gateway, connected(gateway) as client:
        await client.send(post() * 10)
        assert [(await client.answer()).status for _ in range(10)] == [200] * 10
        await client.send(post() * 100)
        with suppress(OSError):
            assert (await client.ended()).count(b" 200 ") < 100


async def test_beyond_the_connection_limit_only_liveness_is_answered() -> None:
    async with serve_gateway({"GATEWAY_CONNECTIONS": "3"}) as gateway, AsyncExitStack() as held:
        first = await held.enter_async_context(connected(gateway))
        await first.send(post())
        assert (await first.answer()).status == 200
        await initialize(await held.enter_async_context(gateway.socket()))
        await held.enter_async_context(connected(gateway))
        async with connected(gateway) as probe:
            await probe.send(head("/livez", method="GET"))
            answer = await probe.answer()
            assert (answer.status, answer.headers["connection"]) == (200, "close")
            assert await probe.ended() == b""
        async with connected(gateway) as refused:
            await refused.send(post())
            answer = await refused.answer()
            assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "OVERLOADED", "5")
            assert await refused.ended() == b""
        await first.send(post())
        assert (await first.answer()).status == 200


async def test_a_probe_does_not_stay_for_a_body_that_never_comes() -> None:
    async with serve_gateway({"GATEWAY_CONNECTIONS": "1"}) as gateway, connected(gateway) as first:
        await first.send(post())
        assert (await first.answer()).status == 200
        async with connected(gateway) as probe:
            await probe.send(head("/livez", method="GET", length=100))
            assert (await probe.answer()).status == 200
            assert await probe.ended() == b""


async def test_silent_connections_beyond_the_limit_do_not_keep_a_probe_from_its_answer() -> None:
    async with serve_gateway({"GATEWAY_CONNECTIONS": "1"}) as gateway, AsyncExitStack() as held:
        silent = [await held.enter_async_context(connected(gateway)) for _ in range(50)]
        async with connected(gateway) as probe:
            await probe.send(head("/livez", method="GET"))
            assert (await probe.answer()).status == 200
        assert (await silent[1].answer()).status == 503
