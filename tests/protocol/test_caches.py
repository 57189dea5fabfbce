"""Normalised caches of Apollo Client, urql and Relay stay right, with the code of docs/client-guide.md."""

from pathlib import Path

import httpx2
import pytest

from gateway.http.middleware.cors import REQUEST_HEADERS
from tests.gateway.app_client import bearer
from tests.gateway.served_gateway import ServedGateway
from tests.protocol.feeds import Feeds, pass_quiz
from tests.protocol.gateways import ENVIRONMENT, TEACHER, serve_with_degraded
from tests.protocol.node import Node
from tests.resolvers import world

ALLOWED_HEADERS = ("Accept", "Content-Type", *REQUEST_HEADERS)  # the Fetch standard allows the first two
pytestmark = pytest.mark.slow


async def publish_again(gateway: ServedGateway) -> None:
    """Publish a second version of the course, under another title."""
    items = '[{key: "page", type: PAGE, title: "Read", moveOn: COMPLETED}]'
    given = f'{{key: "{world.ALGEBRA}", title: "Algebra again", modules: [{{title: "Once more", items: {items}}}]}}'
    query = f"mutation {{ createCourse(input: {given}) {{ course {{ version }} errors {{ code }} }} }}"
    async with httpx2.AsyncClient(base_url=gateway.url, headers=bearer(world.admin())) as client:
        answer = (await client.post("/graphql", json={"query": query})).json()
    assert answer == {"data": {"createCourse": {"course": {"version": 2}, "errors": []}}}


@pytest.mark.parametrize("suite_file", ["apollo_cache.mjs", "urql_cache.mjs", "relay_store.mjs"])
async def test_a_cache_shows_what_writes_and_events_changed(node: Node, suite_file: str, tmp_path: Path) -> None:
    feeds = Feeds()
    async with serve_with_degraded(feeds) as (gateway, environment):
        await publish_again(gateway)
        own = {"ALLOWED_HEADERS": " ".join(ALLOWED_HEADERS), "FOLDER": str(tmp_path)}
        async with node.suite(suite_file, **environment, **own) as suite:
            await suite.until(feeds.opened)
            await pass_quiz(gateway, TEACHER)
            await suite.until(feeds.closed)
            await suite.passed()


async def test_a_cache_stores_every_type(node: Node) -> None:
    async with node.suite("embedded_types.mjs", **ENVIRONMENT) as suite:
        await suite.passed()
