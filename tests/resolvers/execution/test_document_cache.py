"""The caches of parsed and validated documents."""

from typing import Any

import pytest

from resolvers.viewer import Viewer
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA, ask


async def test_a_cached_document_is_executed_for_its_own_viewer_and_variables() -> None:
    """The caches keep the parsed and validated document, and nothing else of an operation."""
    stores = await world.open_school()
    query = "query ($c: String!) { course(key: $c) { title enrollments(first: 1) { totalCount } } }"

    async def answer(viewer: Viewer, key: str) -> Any:
        peer = world.peer_of(stores, viewer, trace=False)
        return (await SCHEMA.execute(query, variable_values={"c": key}, context_value=peer)).data

    seen = {"title": "Algebra", "enrollments": {"totalCount": world.IN_ALGEBRA}}
    assert await answer(world.admin(), world.ALGEBRA) == {"course": seen}
    assert await answer(world.learner(), world.ALGEBRA) == {"course": {"title": "Algebra", "enrollments": None}}
    assert await answer(world.instructor(world.BOTANY), world.BOTANY) == {
        "course": {"title": "Botany", "enrollments": {"totalCount": 2}}
    }


@pytest.mark.parametrize("query", ["{ nothing }", "{ me { displayName }", "{ me { " + "displayName " * 2000 + "} }"])
async def test_a_cached_document_gives_the_same_answer(query: str) -> None:
    first, again = await ask(query), await ask(query)
    assert (first.data, first.errors) == (again.data, again.errors)
