"""Which WebSocket connections are accepted, and for which viewer."""

from datetime import UTC, datetime, timedelta

import pytest
from websockets.exceptions import InvalidStatus

from tests.gateway.app_client import TOKEN_ACCESS, TOKENS, bearer
from tests.gateway.controlled_subscriptions import HELLO
from tests.gateway.http.websocket.client import closed, initialize, receive_message, send_message
from tests.gateway.log_stream import captured_logs
from tests.gateway.served_gateway import serve_gateway
from tests.resolvers import world


@pytest.mark.parametrize("offered", [("graphql-ws",), ("graphql-ws", "something-else")])
async def test_other_subprotocols_are_refused(offered: tuple[str, ...]) -> None:
    async with serve_gateway() as gateway, gateway.socket(subprotocols=offered) as socket:
        assert socket.subprotocol is None
        assert await closed(socket) == (4406, "Subprotocol not acceptable")


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
async def test_a_token_may_be_in_the_init_payload(name: str) -> None:
    async with serve_gateway(access=TOKEN_ACCESS) as gateway, gateway.socket() as socket:
        await initialize(socket, **{name: bearer(world.learner())["Authorization"]})
        await send_message(socket, "subscribe", id="1", payload=HELLO)
        assert (await receive_message(socket))["payload"]["data"] == {"hello": world.ADA}


async def test_a_token_may_be_in_the_headers() -> None:
    token = bearer(world.learner())
    async with serve_gateway(access=TOKEN_ACCESS) as gateway:
        async with gateway.socket(additional_headers=token) as socket:
            await initialize(socket)
            await send_message(socket, "subscribe", id="1", payload=HELLO)
            assert (await receive_message(socket))["payload"]["data"] == {"hello": world.ADA}
        async with gateway.socket(additional_headers={"Cookie": f"Authorization={token['Authorization']}"}) as socket:
            await send_message(socket, "connection_init")
            assert await closed(socket) == (4403, "Forbidden")


async def test_a_connection_without_a_valid_token_is_closed() -> None:
    given = ("Bearer not.a.token", "Basic x", 7, ["x"], "")
    with captured_logs() as logs:
        async with serve_gateway(access=TOKEN_ACCESS) as gateway:
            for payload in (*({"Authorization": each} for each in given), {}):
                async with gateway.socket() as socket:
                    await send_message(socket, "connection_init", payload=payload)
                    assert await closed(socket) == (4403, "Forbidden")
    refused = logs.records("quadrangle.auth")
    assert [line["reason"] for line in refused] == ["malformed", *["not a bearer token"] * 3]


async def test_an_expired_token_is_refused() -> None:
    expired = TOKENS.mint(world.learner(), now=datetime.now(UTC) - timedelta(hours=2), valid_for=timedelta(hours=1))
    async with serve_gateway(access=TOKEN_ACCESS) as gateway, gateway.socket() as socket:
        await send_message(socket, "connection_init", payload={"Authorization": f"Bearer {expired}"})
        assert await closed(socket) == (4403, "Forbidden")


async def test_no_operation_starts_after_the_token_expired() -> None:
    token = bearer(world.learner())["Authorization"]
    later = datetime.now(UTC) + timedelta(days=1)
    async with serve_gateway(access=TOKEN_ACCESS, now=lambda: later) as gateway, gateway.socket() as socket:
        await initialize(socket, Authorization=token)
        await send_message(socket, "subscribe", id="1", payload=HELLO)
        assert await closed(socket) == (4403, "Forbidden")


async def test_without_tokens_pages_of_other_sites_are_refused() -> None:
    async with serve_gateway() as gateway:
        here = gateway.url.removeprefix("http://")
        for origin in ("http://evil.example", "http://127.0.0.1:1", "null", f"http://{here}.evil.example"):
            with pytest.raises(InvalidStatus) as refused:
                await gateway.socket(origin=origin)
            assert refused.value.response.status_code == 403
        with pytest.raises(InvalidStatus) as rebound:
            await gateway.socket(host_header="evil.example", origin="http://evil.example")
        assert rebound.value.response.status_code == 400
        async with gateway.socket(origin=gateway.url) as socket:
            await initialize(socket)
    listed = {"GATEWAY_HTTP_ORIGINS": "https://school.example"}
    async with (
        serve_gateway(listed, access=TOKEN_ACCESS) as gateway,
        gateway.socket(origin="https://school.example") as socket,
    ):
        await initialize(socket, Authorization=bearer(world.learner())["Authorization"])


async def test_other_paths_refuse_websockets() -> None:
    async with serve_gateway() as gateway:
        for path in ("/", "/livez", "/nothing/here"):
            with pytest.raises(InvalidStatus) as refused:
                await gateway.socket(path=path)
            assert refused.value.response.status_code == 403
