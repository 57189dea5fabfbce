"""Browsers: which pages of other sites may use the gateway, and what they need for it."""

import logging

import pytest
from websockets.exceptions import InvalidStatus

from gateway.config.settings import read_settings
from gateway.runtime.errors import CommandError
from tests.gateway.app_client import TOKEN_ACCESS, app_client, bearer
from tests.gateway.controlled_subscriptions import HELLO
from tests.gateway.http.websocket.client import closed, initialize, receive_message, send_message
from tests.gateway.served_gateway import serve_gateway
from tests.resolvers import world

PAGE, OTHER = "https://learn.example.org", "https://evil.example.org"
LISTED = {"GATEWAY_HTTP_ORIGINS": f"{PAGE}, http://localhost:3000"}
ME = {"query": "{ me { learnerId } }"}
COURSES = {"query": "{ courses { edges { node { key } } } }"}
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("", ()),
        (f"{PAGE} , http://localhost:3000,", (PAGE, "http://localhost:3000")),
        ("https://Learn.Example.org:443,http://a:80,http://a:443", (PAGE, "http://a", "http://a:443")),
        ("http://[::1]:3000,capacitor://localhost", ("http://[::1]:3000", "capacitor://localhost")),
    ],
)
def test_the_setting_lists_origins(given: str, read: tuple[str, ...]) -> None:
    assert read_settings({"GATEWAY_HTTP_ORIGINS": given}).http.origins == read


@pytest.mark.parametrize(
    "given", ["*", "null", f"{PAGE},*", f"{PAGE}/", f"{PAGE}/app", "learn.example.org", "https://*.a"]
)
def test_wildcards_and_what_is_no_origin_are_refused(given: str) -> None:
    with pytest.raises(CommandError) as refused:
        read_settings({"GATEWAY_HTTP_ORIGINS": given})
    (line,) = refused.value.lines
    assert line.startswith("GATEWAY_HTTP_ORIGINS: ")


async def test_a_preflight_is_answered_before_authentication() -> None:
    async with app_client(LISTED, access=TOKEN_ACCESS) as client:
        allowed = await client.options("/graphql", headers={"Origin": PAGE, **PREFLIGHT})
        refused = await client.options("/graphql", headers={"Origin": OTHER, **PREFLIGHT})
    assert (allowed.status_code, refused.status_code) == (200, 400)
    assert allowed.headers["access-control-allow-origin"] == PAGE
    assert {"authorization", "content-type", "x-request-id", "apollo-require-preflight"} <= set(
        allowed.headers["access-control-allow-headers"].lower().split(", ")
    )
    assert allowed.headers["access-control-allow-methods"] == "GET, POST"
    assert "access-control-allow-origin" not in refused.headers
    for response in (allowed, refused):
        assert "origin" in response.headers["vary"].lower().split(", ")
        assert "access-control-allow-credentials" not in response.headers


async def test_every_response_varies_by_origin_and_allows_the_listed_ones() -> None:
    token = bearer(world.learner())
    async with app_client({**LISTED, "GATEWAY_BODY_LIMIT": "1000"}, access=TOKEN_ACCESS) as client:
        for origin in (PAGE, OTHER, None):
            headers = {} if origin is None else {"Origin": origin}
            responses = [
                await client.post("/graphql", json=ME, headers={**headers, **token}),
                await client.post("/graphql", json=ME, headers=headers),
                await client.post("/graphql", content=b" " * 2000, headers={**headers, **token}),
                await client.get("/nothing", headers=headers),
                await client.get("/livez", headers=headers),
            ]
            assert [response.status_code for response in responses] == [200, 401, 413, 404, 200]
            for response in responses:
                allowed = response.headers.get("access-control-allow-origin")
                assert allowed == (PAGE if origin == PAGE else None)
                assert "origin" in response.headers["vary"].lower()
                if origin == PAGE:
                    assert "retry-after" in response.headers["access-control-expose-headers"].lower()


async def test_the_log_says_why_an_origin_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    async with app_client(LISTED, access=TOKEN_ACCESS) as client:
        with caplog.at_level(logging.INFO):
            await client.post("/graphql", json=ME, headers={"Origin": PAGE})
            await client.post("/graphql", json=ME, headers={"Origin": "http://localhost"})  # the host of the tests
            assert "origin" not in caplog.text
            await client.post("/graphql", json=ME, headers={"Origin": OTHER})
            await client.post("/graphql", json=ME, headers={"Origin": "x\ty" * 500})
            await client.post("/graphql", json=ME, headers={"Origin": "null"})
    lines = [record.getMessage() for record in caplog.records if "origin" in record.getMessage()]
    assert lines == [
        f"refused origin {OTHER}: list it in GATEWAY_HTTP_ORIGINS to allow its pages",
        "refused origin (malformed): list it in GATEWAY_HTTP_ORIGINS to allow its pages",
        "refused origin null: pages from files and in sandboxed frames cannot be allowed",
    ]


async def test_in_the_demo_pages_of_development_servers_need_a_token() -> None:
    token = bearer(world.learner())
    async with app_client(loopback_origins=True) as client:
        for origin in ("http://localhost:5173", "http://127.0.0.1:3000", OTHER, "null"):
            without = await client.post("/graphql", json=COURSES, headers={"Origin": origin})
            with_token = await client.post("/graphql", json=ME, headers={"Origin": origin, **token})
            stream = {"Origin": origin, "Accept": "text/event-stream"}
            streamed = await client.post("/graphql", json=COURSES, headers=stream)
            assert (without.status_code, streamed.status_code) == (401, 401)
            assert with_token.json() == {"data": {"me": {"learnerId": world.ADA}}}
            local = origin not in (OTHER, "null")
            assert with_token.headers.get("access-control-allow-origin") == (origin if local else None)
        same = await client.post("/graphql", json=COURSES, headers={"Origin": "http://localhost"})
        assert same.status_code == 200
        rebound = await client.post("/graphql", json=COURSES, headers={"Host": "evil.example:8000"})
        assert rebound.status_code == 400


async def test_without_the_demo_no_origin_is_allowed_by_default() -> None:
    async with app_client(access=TOKEN_ACCESS) as client:
        response = await client.options("/graphql", headers={"Origin": "http://localhost:3000", **PREFLIGHT})
    assert response.status_code == 400


async def test_a_socket_obeys_the_same_list() -> None:
    token = bearer(world.learner())["Authorization"]
    async with serve_gateway(LISTED, access=TOKEN_ACCESS) as gateway:
        for origin in (PAGE, gateway.url, None):
            async with gateway.socket(origin=origin) as socket:
                await initialize(socket, Authorization=token)
                await send_message(socket, "subscribe", id="1", payload=HELLO)
                assert (await receive_message(socket))["payload"]["data"] == {"hello": world.ADA}
        for origin in (OTHER, "null", f"{PAGE}.evil.example", "http://127.0.0.1:1"):
            with pytest.raises(InvalidStatus) as refused:
                await gateway.socket(origin=origin)
            assert refused.value.response.status_code == 403


async def test_in_the_demo_a_socket_of_another_origin_needs_a_token() -> None:
    async with serve_gateway(loopback_origins=True) as gateway:
        async with gateway.socket(origin="http://localhost:5173") as socket:
            await send_message(socket, "connection_init")
            assert await closed(socket) == (4403, "Forbidden")
        async with gateway.socket(origin="http://localhost:5173") as socket:
            await initialize(socket, Authorization=bearer(world.learner())["Authorization"])
        with pytest.raises(InvalidStatus):
            await gateway.socket(origin=OTHER)
