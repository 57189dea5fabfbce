"""Traces for routers: the header asks, and the token of the viewer or of the router permits."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from resolvers.viewer import Viewer
from tests.gateway.app_client import TOKEN_ACCESS, bearer
from tests.gateway.served_gateway import serve_gateway
from tests.resolvers import world
from tests.resolvers.federation.subgraph import router
from tests.resolvers.federation.traced import TRACED

ASKED = {"apollo-federation-include-trace": "ftv1"}


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with (
        serve_gateway(schema=TRACED, access=TOKEN_ACCESS) as gateway,
        httpx2.AsyncClient(base_url=gateway.url) as client,
    ):
        yield client


async def is_traced(client: httpx2.AsyncClient, headers: dict[str, str]) -> bool:
    response = await client.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    assert response.json()["data"] == {"__typename": "Query"}
    return "ftv1" in response.json().get("extensions", {})


@pytest.mark.parametrize(
    ("viewer", "traced"),
    [
        (world.admin(), True),
        (router("trace:read"), True),
        (router("schema:read"), False),
        (world.learner(), False),
        (world.instructor(world.ALGEBRA), False),
    ],
)
async def test_the_viewer_may_have_the_right(client: httpx2.AsyncClient, viewer: Viewer, traced: bool) -> None:
    assert await is_traced(client, bearer(viewer) | ASKED) is traced


async def test_a_trace_must_be_requested(client: httpx2.AsyncClient) -> None:
    assert not await is_traced(client, bearer(world.admin()))
    assert not await is_traced(client, bearer(world.admin()) | {"apollo-federation-include-trace": "ftv2"})


@pytest.mark.parametrize(
    ("token", "traced"),
    [
        (bearer(router("trace:read"))["Authorization"], True),
        (bearer(world.learner())["Authorization"], False),
        ("Bearer nonsense", False),
        ("nonsense", False),
        ("", False),
    ],
)
async def test_a_router_proves_its_right_beside_the_viewer(
    client: httpx2.AsyncClient, token: str, traced: bool
) -> None:
    headers = bearer(world.learner()) | ASKED | {"X-Router-Authorization": token}
    assert await is_traced(client, headers) is traced
