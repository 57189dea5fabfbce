"""GraphQL over server-sent events with the client of the reference implementation, `graphql-sse`."""

import asyncio

import pytest

from tests.gateway.app_client import SCHEMA, TOKEN_ACCESS, bearer
from tests.gateway.served_gateway import serve_gateway
from tests.protocol.feeds import REGISTRATION, Feeds, pass_quiz
from tests.protocol.node import Node
from tests.resolvers import world

ADMIN = bearer(world.admin())
pytestmark = pytest.mark.slow


async def test_a_client_watches_and_leaves_nothing_behind(node: Node) -> None:
    feeds = Feeds()
    async with serve_gateway(schema=SCHEMA, access=TOKEN_ACCESS, live=feeds) as gateway:
        before = asyncio.all_tasks()
        environment = {"GRAPHQL_URL": f"{gateway.url}/graphql", "AUTHORIZATION": ADMIN["Authorization"]}
        async with node.suite("events.mjs", **environment, REGISTRATION=REGISTRATION) as suite:
            await suite.until(feeds.opened)
            await pass_quiz(gateway, ADMIN)
            await suite.until(feeds.closed)
            # All tasks of the client have ended, not only its feed, although the client is still connected.
            if left := asyncio.all_tasks() - before:
                await asyncio.wait(left)
            await suite.passed()
