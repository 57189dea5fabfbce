"""The cache of documents, and what it knows of each."""

import gc
from typing import Any

import pytest
from graphql import GraphQLError

from resolvers.documents.document import Document
from resolvers.execution.document_cache import LONGEST_CACHED, MOST_CHARACTERS, MOST_DOCUMENTS, DocumentCache
from resolvers.strawberry_internals import core_schema
from resolvers.viewer import Viewer
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA, ask


async def test_a_cached_document_is_executed_for_its_own_viewer_and_variables() -> None:
    """The cache keeps the parsed and validated document, and nothing else of an operation."""
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


def cache() -> DocumentCache:
    return DocumentCache(core_schema(SCHEMA))


def test_a_text_is_parsed_once_for_each_limit_of_tokens() -> None:
    documents = cache()
    assert documents.find("{ me { id } }", None) is None
    document = documents.parsed("{ me { id } }", None)
    assert documents.parsed("{ me { id } }", None) is documents.find("{ me { id } }", None) is document
    assert documents.find("{ me { id } }", 5) is None
    with pytest.raises(GraphQLError):
        documents.parsed("{ me { id } }", 5)


def test_what_is_known_of_a_document_is_computed_once() -> None:
    document = cache().parsed("query a { me { id } } query b { nothing }", None)
    assert document.size is document.size
    assert document.errors(suggest=True) is document.errors(suggest=True)
    assert not document.is_known_valid
    assert document.operation("a") is document.node.definitions[0]
    assert document.operation(None) is None
    assert document.operation("c") is None


def test_the_documents_that_were_used_last_stay() -> None:
    documents = cache()
    texts = [f"{{ me {{ id }} }} # {number}" for number in range(MOST_DOCUMENTS + 2)]
    for text in texts[:-2]:
        documents.parsed(text, None)
    documents.find(texts[0], None)
    for text in texts[-2:]:
        documents.parsed(text, None)
    found = [documents.find(text, None) is not None for text in texts]
    assert found == [True, False, False] + [True] * (MOST_DOCUMENTS - 1)


def test_the_characters_of_all_documents_are_bounded() -> None:
    documents = cache()
    room = MOST_CHARACTERS // LONGEST_CACHED
    texts = [f"{{ me {{ id }} }} # {number}".ljust(LONGEST_CACHED) for number in range(room + 1)]
    for text in texts:
        documents.parsed(text, None)
    assert [documents.find(text, None) is not None for text in texts] == [False] + [True] * room


def test_a_long_document_is_not_kept() -> None:
    documents = cache()
    text = "{ me { id } }".ljust(LONGEST_CACHED + 1)
    documents.parsed(text, None)
    assert documents.find(text, None) is None


def test_documents_that_are_no_longer_cached_leave_nothing_for_the_garbage_collector() -> None:
    def use(document: Document) -> None:
        assert document.errors(suggest=True)
        assert document.size.fields == 3
        assert document.operation(None) is not None
        assert not document.is_public(None)

    documents = cache()
    for number in range(10):
        use(documents.parsed(f"{{ me {{ id }} nothing(a: [1, 2]) }} # {number}", None))
    gc.collect()
    gc.disable()
    try:
        del documents
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_errors_of_a_document_refer_to_no_frames() -> None:
    document = cache().parsed('{ course(key: 7) { nothing } node(id: "a") { id(x: 1) } }', None)
    errors = document.errors(suggest=True)
    assert len(errors) == 3
    for error in errors:
        assert error.__traceback__ is None
        assert error.original_error is None or error.original_error.__traceback__ is None
        assert error.locations is not None
