"""Every response has the headers that limit what browsers do with it."""

from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from gateway.http.middleware.security_headers import HEADERS
from stores.domain.rates import Rate
from tests.gateway.app_client import TOKEN_ACCESS, app_client
from tests.gateway.http.bounds.raw_client import connected, head
from tests.gateway.served_gateway import serve_gateway
from tests.gateway.web.sample_pages import write_pages

BROWSER = {"Accept": "text/html"}
PREFLIGHT = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
REQUESTS = [
    ("GET", "/graphql", BROWSER),  # the page
    ("GET", "/assets/page-1a.js", {}),
    ("GET", "/graphql?query={__typename}", {}),
    ("POST", "/graphql", {}),
    ("POST", "/graphql", {"Authorization": "Bearer forged"}),
    ("GET", "/graphql?query={__typename}", {"Accept": "text/event-stream"}),
    ("DELETE", "/graphql", {}),
    ("OPTIONS", "/graphql", PREFLIGHT),
    ("GET", "/", {}),
    ("GET", "/nowhere", {}),
    ("GET", "/livez", {}),
    ("GET", "/readyz", {}),
]
OWN_CACHING = {
    "text/html": "no-cache",
    "text/javascript": "public, max-age=31536000, immutable",
    "text/event-stream": "no-cache, no-transform",
}
"""By media type: pages change with the settings, their scripts never, and an event stream must not be transformed."""


@pytest.mark.parametrize(("method", "path", "headers"), REQUESTS)
async def test_every_response_has_them(tmp_path: Path, method: str, path: str, headers: dict[str, str]) -> None:
    async with app_client(loopback_origins=True, pages_folder=write_pages(tmp_path / "dist")) as client:
        response = await client.request(method, path, headers=headers)
    found = {name: response.headers.get_list(name) for name in HEADERS}
    policies, caching = found.pop("Content-Security-Policy"), found.pop("Cache-Control")
    assert found == {name: [value] for name, value in HEADERS.items() if name in found}
    assert caching == [OWN_CACHING.get(response.headers.get("content-type", "").partition(";")[0], "no-store")]
    [policy] = policies
    assert policy.startswith("default-src 'none'; ")
    assert policy.endswith("frame-ancestors 'none'")
    assert "strict-transport-security" not in response.headers


async def test_refusals_have_them() -> None:
    async with app_client(
        {"GATEWAY_BODY_LIMIT": "10"}, access=TOKEN_ACCESS, rate=Rate(per_minute=1, burst=2)
    ) as client:
        answers = [await client.post("/graphql", json={"query": "{ __typename }"}), await client.get("/graphql")]
        answers += [await client.get("/graphql", params={"query": "{ __typename }"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [413, 401, 200, 429]
    assert all(_has_all(dict(answer.headers)) for answer in answers)


async def test_refusals_of_the_protocol_have_them() -> None:
    async with serve_gateway() as gateway, connected(gateway) as client:
        await client.send(head(headers={"X-Large": "x" * 40_000}))
        answer = await client.answer()
    assert answer.status == 431
    assert _has_all(dict(answer.headers))


async def test_a_refused_handshake_has_them() -> None:
    async with serve_gateway() as gateway:
        with pytest.raises(InvalidStatus) as refused:
            async with gateway.socket(origin="https://evil.example"):
                pass
    assert refused.value.response.status_code == 403
    assert _has_all({name.lower(): value for name, value in refused.value.response.headers.raw_items()})


def _has_all(headers: dict[str, str]) -> bool:
    return {name.lower(): value for name, value in HEADERS.items()}.items() <= headers.items()
