"""The gateways that suites of clients call, and the environment of these suites."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from stores.errors import Unavailable
from stores.ports.live import Live
from tests.gateway.app_client import SCHEMA, TOKEN_ACCESS, bearer, token_of
from tests.gateway.served_gateway import ServedGateway, serve_gateway
from tests.protocol.feeds import REGISTRATION
from tests.resolvers import world
from tests.resolvers.queries import BrokenStore

TOP = Path(__file__).resolve().parent.parent.parent
TEACHING = world.instructor(world.ALGEBRA)
TEACHER = bearer(TEACHING)
ENVIRONMENT = {
    "SCHEMA": str(TOP / "schema.graphql"),
    "NODE_OPTIONS": "--conditions=development",  # the builds of the clients that warn
}


def environment_for(gateway: ServedGateway) -> Mapping[str, str]:
    """The environment of a suite that calls this gateway as `TEACHER`."""
    return {
        **ENVIRONMENT,
        "GRAPHQL_URL": f"{gateway.url}/graphql",
        "TOKEN": token_of(TEACHING),
        "REGISTRATION": REGISTRATION,
        "COURSE": world.ALGEBRA,
    }


@asynccontextmanager
async def serve_with_degraded(live: Live) -> AsyncIterator[tuple[ServedGateway, Mapping[str, str]]]:
    """Serve a gateway with this live store, and a second one without profiles, at DEGRADED_URL of the environment."""
    down = BrokenStore(lambda: Unavailable("profiles", "cannot be reached"))
    async with (
        serve_gateway(schema=SCHEMA, access=TOKEN_ACCESS, live=live) as gateway,
        serve_gateway(schema=SCHEMA, access=TOKEN_ACCESS, profiles=down) as degraded,
    ):
        yield gateway, {**environment_for(gateway), "DEGRADED_URL": f"{degraded.url}/graphql"}
