"""Which sockets are let in, and in whose name."""

from datetime import UTC, datetime, timedelta

import pytest
from websockets.exceptions import InvalidStatus

from tests.gateway.held_subscriptions import HELLO
from tests.gateway.http.websocket_client import closed, enter, hear, say
from tests.gateway.school import SERVE, TOKENS, bearer
from tests.gateway.served_gateway import live
from tests.resolvers import world


@pytest.mark.parametrize("offered", [("graphql-ws",), ("graphql-ws", "something-else")])
async def test_another_subprotocol_is_refused(offered: tuple[str, ...]) -> None:
    async with live() as gateway, gateway.socket(subprotocols=offered) as socket:
        assert socket.subprotocol is None
        assert await closed(socket) == (4406, "Subprotocol not acceptable")


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
