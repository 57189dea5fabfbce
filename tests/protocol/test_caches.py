"""Normalised caches of Apollo Client, urql and Relay stay right, with the code of docs/client-guide.md."""

from pathlib import Path

import httpx2
import pytest

from gateway.http.middleware.cors import REQUEST_HEADERS
from stores.errors import Unavailable
from tests.gateway.app_client import SCHEMA, TOKEN_ACCESS, bearer
from tests.gateway.served_gateway import ServedGateway, serve_gateway
from tests.protocol.feeds import REGISTRATION, Feeds, pass_quiz
from tests.protocol.node import Node
from tests.resolvers import world
from tests.resolvers.queries import BrokenStore

TOP = Path(__file__).resolve().parent.parent.parent
TEACHER = bearer(world.instructor(world.ALGEBRA))
ENVIRONMENT = {
    "SCHEMA": str(TOP / "schema.graphql"),
    "NODE_OPTIONS": "--conditions=development",  # the builds of the clients that warn
}
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
    down = BrokenStore(lambda: Unavailable("profiles", "cannot be reached"))
    async with (
        serve_gateway(schema=SCHEMA, access=TOKEN_ACCESS, live=feeds) as gateway,
        serve_gateway(schema=SCHEMA, access=TOKEN_ACCESS, profiles=down) as degraded,
    ):
        environment = {
            **ENVIRONMENT,
            "GRAPHQL_URL": f"{gateway.url}/graphql",
            "DEGRADED_URL": f"{degraded.url}/graphql",
            "TOKEN": TEACHER["Authorization"].removeprefix("Bearer "),
            "REGISTRATION": REGISTRATION,
            "COURSE": world.ALGEBRA,
            "ALLOWED_HEADERS": " ".join(ALLOWED_HEADERS),
            "FOLDER": str(tmp_path),
        }
        await publish_again(gateway)
        async with node.suite(suite_file, **environment) as suite:
            await suite.until(feeds.opened)
            await pass_quiz(gateway, TEACHER)
            await suite.until(feeds.closed)
            await suite.passed()


async def test_a_cache_stores_every_type(node: Node) -> None:
    async with node.suite("embedded_types.mjs", **ENVIRONMENT) as suite:
        await suite.passed()
