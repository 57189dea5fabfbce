"""graphql-transport-ws with the client of the reference implementation, `graphql-ws`."""

from datetime import timedelta

import pytest

from gateway.http.websocket.connection import ConnectionLimits
from tests.gateway.app_client import SCHEMA, TOKEN_ACCESS, bearer
from tests.gateway.served_gateway import serve_gateway
from tests.protocol.feeds import REGISTRATION, Feeds, pass_quiz
from tests.protocol.node import Node
from tests.resolvers import world

ADMIN = bearer(world.admin())
FRAMES = 30
IMPATIENT = ConnectionLimits(init_timeout=timedelta(seconds=0.5))
pytestmark = pytest.mark.slow


async def test_a_client_works_and_watches_over_one_socket(node: Node) -> None:
    feeds = Feeds()
    async with serve_gateway(schema=SCHEMA, access=TOKEN_ACCESS, live=feeds) as gateway:
        environment = {"GRAPHQL_URL": f"{gateway.url}/graphql", "AUTHORIZATION": ADMIN["Authorization"]}
        async with node.suite("socket.mjs", **environment, REGISTRATION=REGISTRATION) as suite:
            await suite.until(feeds.opened)
            await pass_quiz(gateway, ADMIN)
            await suite.until(feeds.closed)
            await suite.passed()


async def test_every_frame_is_answered_as_the_protocol_says(node: Node) -> None:
    async with serve_gateway(schema=SCHEMA, access=TOKEN_ACCESS) as gateway:
        environment = {"GRAPHQL_URL": f"{gateway.url}/graphql", "AUTHORIZATION": ADMIN["Authorization"]}
        async with node.suite("socket_frames.mjs", **environment) as suite:
            assert await suite.passed() == FRAMES


async def test_a_socket_is_closed_with_the_code_that_says_why(node: Node) -> None:
    async with (
        serve_gateway(schema=SCHEMA, access=TOKEN_ACCESS) as gateway,
        serve_gateway(schema=SCHEMA, access=TOKEN_ACCESS, limits=IMPATIENT) as impatient,
    ):
        environment = {"GRAPHQL_URL": f"{gateway.url}/graphql", "IMPATIENT_URL": f"{impatient.url}/graphql"}
        async with node.suite("socket_closes.mjs", **environment, AUTHORIZATION=ADMIN["Authorization"]) as suite:
            await suite.passed()
