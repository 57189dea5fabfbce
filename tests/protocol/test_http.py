"""GraphQL over HTTP with the audits of the reference implementation, `graphql-http`."""

import pytest

from tests.gateway.app_client import SCHEMA
from tests.gateway.served_gateway import serve_gateway
from tests.protocol.node import Node

AUDITS = 61
pytestmark = pytest.mark.slow


async def test_node_reads_the_refusal_of_a_large_body(node: Node) -> None:
    async with (
        serve_gateway(schema=SCHEMA) as gateway,
        node.suite("large_bodies.mjs", GRAPHQL_URL=f"{gateway.url}/graphql") as suite,
    ):
        assert await suite.passed() == 4


async def test_it_passes_every_audit(node: Node) -> None:
    async with (
        serve_gateway(schema=SCHEMA) as gateway,
        node.suite("audits.mjs", GRAPHQL_URL=f"{gateway.url}/graphql") as suite,
    ):
        assert await suite.passed() == AUDITS
