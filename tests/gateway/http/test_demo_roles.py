"""/demo/roles.json gives tokens away: only to pages of the demo itself, and only in a demo on loopback."""

from datetime import timedelta

import jwt
import pytest

from gateway.http.auth.access import Access
from gateway.http.demo_roles import PATH, demo_roles_route
from resolvers.viewer import Role
from tests.gateway.app_client import ANONYMOUS_ACCESS, NO_SETTINGS, SECRET, TOKEN_ACCESS, TOKENS, app_client
from tests.resolvers import world

LIFETIME = timedelta(hours=2)
ROUTE = demo_roles_route(
    [(world.admin(), "Administrator", "Looks after it all"), (world.learner(), "Ada", "In the middle of a course")],
    tokens=TOKENS,
    now=lambda: world.NOW,
    valid_for=LIFETIME,
)
LISTED = "https://learn.example.org"


async def test_each_role_has_a_new_token_that_expires_soon() -> None:
    async with app_client(demo_roles=ROUTE) as client:
        response, again = await client.get(PATH), await client.get(PATH)
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    admin, learner = response.json()["roles"]
    assert (admin["role"], admin["name"]) == (Role.ADMIN.value, "Administrator")
    assert learner | {"token": ""} == {
        "subject": world.learner().subject,
        "role": Role.LEARNER.value,
        "name": "Ada",
        "description": "In the middle of a course",
        "token": "",
    }
    claims = jwt.decode(learner["token"], SECRET, algorithms=["HS256"], options={"verify_exp": False})
    assert claims["sub"] == world.learner().subject
    assert claims["exp"] == (world.NOW + LIFETIME).timestamp()
    assert again.json()["roles"][1]["token"] != learner["token"]


@pytest.mark.parametrize("access", [ANONYMOUS_ACCESS, TOKEN_ACCESS], ids=["without tokens", "with tokens"])
async def test_other_gateways_do_not_have_it(access: Access) -> None:
    async with app_client(access=access) as client:
        assert (await client.get(PATH)).status_code == 404


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}])
async def test_pages_of_the_demo_may_read_it(headers: dict[str, str]) -> None:
    async with app_client(demo_roles=ROUTE) as client:
        assert (await client.get(PATH, headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": LISTED},
        {"Origin": "http://localhost:5173"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:5173"},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
async def test_pages_of_other_origins_may_not_also_where_the_graph_is_open_to_them(
    method: str, headers: dict[str, str]
) -> None:
    settings = {**NO_SETTINGS, "GATEWAY_HTTP_ORIGINS": LISTED}
    preflight = {"Access-Control-Request-Method": "GET"} if method == "OPTIONS" else {}
    async with app_client(settings, demo_roles=ROUTE, loopback_origins=True) as client:
        response = await client.request(method, PATH, headers=headers | preflight)
    assert response.status_code == {"OPTIONS": 405, "POST": 405}.get(method, 403)
    assert "eyJ" not in response.text
    assert [name for name in response.headers if name.startswith("access-control")] == []
    assert response.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example"]
)
async def test_a_page_that_reaches_it_by_dns_rebinding_gets_nothing(host: str) -> None:
    own = {"Host": host, "Sec-Fetch-Site": "same-origin", "Origin": f"http://{host}"}
    async with app_client(demo_roles=ROUTE, loopback_origins=True) as client:
        response = await client.get(PATH, headers=own)
    assert response.status_code == 400
    assert "eyJ" not in response.text
