"""The gateway as a subgraph: queries across it and another one under two routers, and Apollo's compatibility suite."""

import json

import pytest

from tests.gateway.app_client import TOKEN_ACCESS, token_of
from tests.gateway.served_gateway import serve_gateway
from tests.protocol.node import Node
from tests.protocol.products import products_subgraph
from tests.resolvers import world
from tests.resolvers.federation.subgraph import router
from tests.resolvers.federation.traced import TRACED, trace

BOUGHT = 50
SCENARIO = 6
COMPATIBILITY = 23
ENVIRONMENT = {
    "COURSES": json.dumps([world.ALGEBRA, world.BOTANY]),
    "LEARNERS": json.dumps([world.ADA, *(f"learner-{number:03d}" for number in range(1, BOUGHT))]),
    "REGISTRATIONS": json.dumps([str(world.registration(world.ALGEBRA, number)) for number in range(BOUGHT)]),
    **{
        name: token_of(viewer)
        for name, viewer in {
            "ROUTER_TOKEN": router("schema:read", "trace:read"),
            "ADMIN_TOKEN": world.admin(),
            "LEARNER_TOKEN": world.learner(),
        }.items()
    },
}
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("suite_file", "tests"), [("apollo_gateway.mjs", SCENARIO + 1), ("graphql_tools.mjs", SCENARIO)]
)
async def test_a_router_answers_queries_across_subgraphs(node: Node, suite_file: str, tests: int) -> None:
    async with (
        serve_gateway(schema=TRACED, access=TOKEN_ACCESS) as gateway,
        node.suite(f"federation/{suite_file}", GRAPHQL_URL=f"{gateway.url}/graphql", **ENVIRONMENT) as suite,
    ):
        assert await suite.passed() == tests


async def test_the_compatibility_suite_passes(node: Node) -> None:
    async with (
        serve_gateway(schema=products_subgraph(trace.FieldTrace)) as gateway,
        node.suite("federation/compatibility.mjs", PRODUCTS_URL=f"{gateway.url}/graphql") as suite,
    ):
        assert await suite.passed() == COMPATIBILITY
