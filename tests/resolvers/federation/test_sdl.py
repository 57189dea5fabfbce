"""The schema of the subgraph: its committed copy, who may read it, and what is not in it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, print_ast

from resolvers.federation.sdl import federated_sdl
from resolvers.limits import Limits
from resolvers.schema import subgraph_sdl
from resolvers.strawberry_internals import core_schema
from tests.resolvers import world
from tests.resolvers.federation.subgraph import SUBGRAPH, codes, router
from tests.resolvers.queries import SCHEMA

COPY = Path(__file__).with_name("federated.graphql")
SERVICE = "{ _service { sdl } }"


def test_the_committed_copy_is_the_schema() -> None:
    assert COPY.read_text(encoding="utf-8") == subgraph_sdl(), "run `python -m tests schema` and read the diff"


def test_the_plain_schema_knows_nothing_of_federation() -> None:
    printed = SCHEMA.as_str()
    assert [word for word in ("@key", "@link", "@shareable", "_entities", "_service", "_Any") if word in printed] == []
    added = set(core_schema(SUBGRAPH).type_map) - set(core_schema(SCHEMA).type_map)
    assert added == {"_Any", "_Entity", "_Service"}


@pytest.mark.parametrize("viewer", [world.admin(), router("schema:read")], ids=["admin", "router"])
async def test_a_router_reads_the_schema(viewer: Any) -> None:
    peer = replace(world.peer_of(await world.open_school(), viewer), limits=Limits(introspection="admin"))
    result = await SUBGRAPH.execute(SERVICE, context_value=peer)
    assert result.errors is None
    assert result.data == {"_service": {"sdl": COPY.read_text(encoding="utf-8")}}


@pytest.mark.parametrize("viewer", [world.learner(), world.instructor(), router("events:write")])
async def test_others_read_it_only_where_all_may_introspect(viewer: Any) -> None:
    peer = world.peer_of(await world.open_school(), viewer)
    result = await SUBGRAPH.execute(SERVICE, context_value=replace(peer, limits=Limits(introspection="admin")))
    assert result.data is None
    assert codes(result) == {("_service",): "FORBIDDEN"}
    result = await SUBGRAPH.execute(SERVICE, context_value=replace(peer, limits=Limits(introspection="all")))
    assert result.errors is None


def test_directives_about_requests_are_left_out() -> None:
    plain = """
      directive @cost(weight: String!) on FIELD_DEFINITION | ARGUMENT_DEFINITION
      directive @listSize(slicingArguments: [String!]) on FIELD_DEFINITION
      directive @mine on OBJECT
      type Query @mine { a(first: Int @cost(weight: "2")): [Int] @listSize(slicingArguments: ["first"]) }
    """
    kept = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: []) '
    kept += "directive @mine on OBJECT type Query @mine { a(first: Int): [Int] }"
    assert federated_sdl(plain, []) == print_ast(parse(kept)) + "\n"
