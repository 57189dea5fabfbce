"""A page of another origin, in Chromium, with a gateway that allows its origin and with one that does not."""

import pytest

from tests.gateway.app_client import SCHEMA, token_of
from tests.gateway.served_gateway import serve_gateway
from tests.protocol.node import Node
from tests.resolvers import world

pytestmark = pytest.mark.slow


async def test_browsers_enforce_the_origins(node: Node, chromium: str) -> None:
    token = token_of(world.learner())
    async with (
        serve_gateway(schema=SCHEMA, loopback_origins=True) as allowing,
        serve_gateway(schema=SCHEMA) as refusing,
        node.suite(
            "origins.mjs",
            CHROMIUM=chromium,
            ALLOWING_URL=f"{allowing.url}/graphql",
            REFUSING_URL=f"{refusing.url}/graphql",
            TOKEN=token,
        ) as suite,
    ):
        assert await suite.passed() == 4
