"""Apollo Client, urql and Relay where only the documents of a manifest are served."""

from pathlib import Path

import pytest

from gateway.documents.manifest import write_apollo
from gateway.documents.read_documents import read_documents
from resolvers.strawberry_internals import core_schema
from tests.gateway.app_client import SCHEMA, TOKEN_ACCESS, bearer
from tests.gateway.served_gateway import serve_gateway
from tests.protocol.feeds import Feeds, pass_quiz
from tests.protocol.gateways import ENVIRONMENT, environment_for
from tests.protocol.node import HERE, Node
from tests.resolvers import world

CHECKS = 4
pytestmark = pytest.mark.slow


async def built_manifest(node: Node, client: str, folder: Path) -> Path:
    if client == "relay":
        folder.mkdir()
        async with node.suite("relay_manifest.mjs", **ENVIRONMENT, FOLDER=str(folder)) as suite:
            await suite.passed()
        return folder / "documents.json"
    manifest = folder.with_suffix(".json")
    manifest.write_text(write_apollo(read_documents(HERE / "documents", core_schema(SCHEMA))))
    return manifest


@pytest.mark.parametrize("client", ["apollo", "urql", "relay"])
async def test_a_client_sends_ids_only(node: Node, client: str, tmp_path: Path) -> None:
    manifest = await built_manifest(node, client, tmp_path / "built")
    feeds = Feeds()
    settings = {"GATEWAY_DOCUMENTS": "trusted", "GATEWAY_DOCUMENTS_PATH": str(manifest)}
    async with serve_gateway(settings, schema=SCHEMA, access=TOKEN_ACCESS, live=feeds) as gateway:
        own = {"MANIFEST": str(manifest), "FOLDER": str(tmp_path / "client")}
        (tmp_path / "client").mkdir()
        async with node.suite(f"{client}_trusted.mjs", **environment_for(gateway), **own) as suite:
            await suite.until(feeds.opened)
            await pass_quiz(gateway, bearer(world.admin()))  # an ADMIN may send a text
            await suite.until(feeds.closed)
            assert await suite.passed() == CHECKS
