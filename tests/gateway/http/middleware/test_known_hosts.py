"""Without tokens, requests may name only this machine, so that no page reaches the gateway by DNS rebinding."""

import pytest

from tests.gateway.app_client import app_client

QUERY = {"query": "{ viewer { role } }"}


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "gateway.test", "Gateway.Test:80"]
)
async def test_names_of_this_machine_are_served(host: str) -> None:
    async with app_client(host="gateway.test") as client:
        response = await client.post("/graphql", json=QUERY, headers={"Host": host})
    assert response.json() == {"data": {"viewer": {"role": "ADMIN"}}}


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example:8000",
        "localhost:80@evil.example",
        "evil.example@localhost",
        "localhost/",
        "",
    ],
)
async def test_other_names_are_refused_with_a_code(host: str) -> None:
    async with app_client() as client:
        response = await client.post("/graphql", json=QUERY, headers={"Host": host})
    error = {"message": "the Host header names another host", "extensions": {"code": "BAD_REQUEST"}}
    assert (response.status_code, response.json()) == (400, {"errors": [error]})
