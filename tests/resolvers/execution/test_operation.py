"""The life cycle of an operation."""

import gc
from pathlib import Path

from resolvers.data.dataloaders import Loaders
from resolvers.schema import build_schema
from tests.resolvers import world

SCHEMA = build_schema()
GRID = Path(__file__).parents[1] / "golden/grid.graphql"


async def test_an_operation_that_has_ended_is_freed_without_a_garbage_collection() -> None:
    """A served process collects cycles rarely, because a full collection stops it for a while."""
    peer = world.peer_of(await world.open_school(), world.admin())
    await SCHEMA.execute(GRID.read_text(), context_value=peer)
    gc.collect()
    before = _loaders()
    gc.disable()
    try:
        result = await SCHEMA.execute(GRID.read_text(), context_value=peer)
        assert result.errors is None
        assert _loaders() <= before
    finally:
        gc.enable()


def _loaders() -> int:
    return sum(isinstance(each, Loaders) for each in gc.get_objects())


async def test_a_document_of_several_operations_needs_the_name_of_one() -> None:
    peer = world.peer_of(await world.open_school(), world.admin())
    query = "query a { __typename } query b { __typename }"
    result = await SCHEMA.execute(query, context_value=peer)
    assert result.data is None
    assert "operationName" in str(result.errors)
    named = await SCHEMA.execute(query, context_value=peer, operation_name="b")
    assert (named.data, named.errors) == ({"__typename": "Query"}, None)
