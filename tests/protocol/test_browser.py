"""GraphiQL at the printed address, in Chromium, without a token."""

import pytest

from tests.gateway.app_client import SCHEMA
from tests.gateway.served_gateway import serve_gateway
from tests.protocol.feeds import REGISTRATION, Feeds, pass_quiz
from tests.protocol.node import Node

pytestmark = pytest.mark.slow


async def test_graphiql_asks_and_watches(node: Node, chromium: str) -> None:
    feeds = Feeds()
    async with serve_gateway(schema=SCHEMA, live=feeds) as gateway:
        environment = {"GRAPHQL_URL": f"{gateway.url}/graphql", "CHROMIUM": chromium}
        async with node.suite("browser.mjs", **environment, REGISTRATION=REGISTRATION) as suite:
            await suite.until(feeds.opened)
            await pass_quiz(gateway, {})
            await suite.until(feeds.closed)
            await suite.passed()
