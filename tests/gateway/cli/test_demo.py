"""Who may use a demo, and what it prints."""

from dataclasses import replace

from gateway.cli.demo import demo_access, roles_route, startup_text
from gateway.config.store_location import StoreLocation
from gateway.datasets.demo.roles import DemoRole
from gateway.datasets.demo.viewers import ADMIN
from gateway.http.auth.tokens import Tokens


async def test_only_a_loopback_address_makes_a_request_without_a_token_an_admin() -> None:
    secret = "a secret that only this test knows"
    assert demo_access(secret, on_loopback=True).anonymous_viewer == ADMIN
    access = demo_access(secret, on_loopback=False)
    assert access.anonymous_viewer is None
    lines = startup_text(StoreLocation(urls={}), Tokens(secret=secret), anonymous=False).splitlines()
    assert any("every request needs a token" in line for line in lines)
    token = next(line for line in lines if line.startswith("ADMIN")).split()[-1]
    assert (
        replace(await access.viewer(f"Bearer {token}", foreign=False, revoked=lambda viewer: False), expires_at=None)
        == ADMIN
    )


def test_only_a_demo_on_a_loopback_address_gives_tokens_of_its_roles_away() -> None:
    roles = [DemoRole(ADMIN, "Administrator", "Looks after it all")]
    tokens = Tokens(secret="a secret that only this test knows")
    route = roles_route(roles, tokens, on_loopback=True)
    assert route is not None
    assert route.path == "/demo/roles.json"
    assert roles_route(roles, tokens, on_loopback=False) is None
