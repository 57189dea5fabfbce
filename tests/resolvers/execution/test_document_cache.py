"""The caches of parsed and validated documents."""

import gc
from typing import Any

import pytest

from resolvers.execution.document_cache import LONGEST_CACHED, parsed, validation_errors
from resolvers.strawberry_internals import core_schema
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


@pytest.mark.parametrize("query", ["{ courses(first: %s) { edges { cursor } } }", "query ($n: Int = %s) { me { id } }"])
async def test_an_integer_with_more_digits_than_python_reads_is_invalid(query: str) -> None:
    result = await ask(query % ("9" * 5_000))
    assert {error.extensions["code"] for error in result.errors} == {"GRAPHQL_VALIDATION_FAILED"}
    assert all("set_int_max_str_digits" not in error.message for error in result.errors)


def test_a_document_that_leaves_the_cache_leaves_nothing_for_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        document = parsed("{ a { b(c: [1, 2]) ... on D { e } } }" + " " * LONGEST_CACHED, None)
        assert document.node.definitions
        del document
        assert gc.collect() < 10
    finally:
        gc.enable()


def test_errors_of_a_document_refer_to_no_frames() -> None:
    document = parsed('{ course(key: 7) { nothing } node(id: "a") { id(x: 1) } }', None)
    errors = validation_errors(core_schema(SCHEMA), document, suggest=True)
    assert len(errors) == 3
    for error in errors:
        assert error.__traceback__ is None
        assert error.original_error is None or error.original_error.__traceback__ is None
        assert error.locations is not None
