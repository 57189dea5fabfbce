"""Hostile documents are refused before a resolver runs, over every transport's way through the schema."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLError, get_introspection_query

from resolvers.context import Peer
from resolvers.limits import Limits
from resolvers.viewer import Viewer
from tests.hostile.documents import DOCUMENTS, Hostile, chained_bomb
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA, BrokenStore

GRAPHIQL = get_introspection_query(
    descriptions=True, specified_by_url=True, directive_is_repeatable=True, schema_description=True
)
by_document = pytest.mark.parametrize("hostile", DOCUMENTS.values(), ids=DOCUMENTS)


async def peer_without_stores(limits: Limits, viewer: Viewer | None = None) -> Peer:
    """A peer whose stores fail at any call."""
    stores = await world.open_school()
    broken: dict[str, Any] = {
        name: BrokenStore(lambda: AssertionError("a store was called")) for name in stores.by_name()
    }
    return replace(world.peer_of(replace(stores, **broken), viewer or world.admin(), trace=True), limits=limits)


def refusals(errors: Sequence[GraphQLError] | None) -> list[dict[str, Any]]:
    return [error.extensions or {} for error in errors or ()]


@by_document
async def test_a_hostile_document_is_refused(hostile: Hostile) -> None:
    peer = await peer_without_stores(Limits())
    result = await SCHEMA.execute(hostile.query, context_value=peer)
    [refusal] = refusals(result.errors)
    assert (result.data, refusal["code"], refusal.get("limit")) == (None, hostile.code, hostile.limit)
    if hostile.limit is not None:
        assert refusal.get("found", refusal["maximum"] + 1) > refusal["maximum"]
    assert result.extensions == {"stores": {"calls": 0, "batches": []}}


@by_document
async def test_a_hostile_document_is_refused_in_a_stream(hostile: Hostile) -> None:
    results = await SCHEMA.stream(hostile.query, context_value=await peer_without_stores(Limits()))
    [result] = [each async for each in results]
    assert isinstance(result, object)
    [refusal] = refusals(getattr(result, "errors"))  # noqa: B009 - also the type of patches, which have none
    assert (refusal["code"], refusal.get("limit")) == (hostile.code, hostile.limit)


async def test_measuring_logs_what_goes_beyond_a_limit_and_lets_it_pass(caplog: pytest.LogCaptureFixture) -> None:
    peer = replace(world.peer_of(await world.open_school(), world.learner()), limits=Limits(mode="measure", cost=1))
    with caplog.at_level(logging.WARNING, "quadrangle.limits"):
        result = await SCHEMA.execute(chained_bomb() + "#" * 40_000, context_value=peer)
    assert result.errors is None
    assert [record.getMessage() for record in caplog.records] == [
        "beyond a limit: size, at most 32768, found 40752",
        "beyond a limit: fields, at most 1000, found 524289",
        "beyond a limit: cost, at most 1, found 2",
    ]


async def test_measuring_survives_what_only_a_limit_keeps_out() -> None:
    """Chains and depths beyond Python's stack."""
    chain = " ".join(f"fragment F{n} on Learner{{...F{n + 1}}}" for n in range(2_000))
    peer = replace(world.peer_of(await world.open_school(), world.learner()), limits=Limits(mode="measure"))
    for document in (
        f"{{me{{...F0}}}} {chain} fragment F2000 on Learner{{id}}",
        "{me" + "{a" * 150 + "}" * 151,
    ):
        result = await SCHEMA.execute(document, context_value=peer)
        assert result.data is None or result.errors is None


@pytest.mark.parametrize("query", [GRAPHIQL, '{ __type(name: "Learner") { name } }'], ids=["graphiql", "type"])
async def test_introspection_is_for_whom_the_setting_says(query: str) -> None:
    async def errors(limits: Limits, viewer: Viewer) -> list[dict[str, Any]]:
        return refusals((await SCHEMA.execute(query, context_value=await peer_without_stores(limits, viewer))).errors)

    assert await errors(Limits(introspection="admin"), world.admin()) == []
    assert await errors(Limits(introspection="all"), world.learner()) == []
    assert await errors(Limits(introspection="admin"), world.learner()) == [{"code": "FORBIDDEN"}]


@pytest.mark.parametrize(
    "query",
    ["{ learnr { id } }", "{ me { displayNam } }", "{ course(kee: 1) { id } }", "{ me { ... on Leaner { id } } }"],
)
async def test_errors_suggest_names_to_those_who_may_introspect(query: str) -> None:
    async def suggested(limits: Limits, viewer: Viewer) -> bool:
        result = await SCHEMA.execute(query, context_value=await peer_without_stores(limits, viewer))
        assert result.errors
        return any("Did you mean" in error.message for error in result.errors)

    assert await suggested(Limits(introspection="admin"), world.admin())
    assert await suggested(Limits(introspection="all"), world.learner())
    assert not await suggested(Limits(introspection="admin"), world.learner())
    assert await suggested(Limits(introspection="admin"), world.admin())


async def test_the_name_of_a_type_is_no_introspection() -> None:
    peer = await peer_without_stores(Limits(introspection="admin"), world.learner())
    result = await SCHEMA.execute("{ __typename me { __typename learnerId } }", context_value=peer)
    assert result.data == {"__typename": "Query", "me": {"__typename": "Learner", "learnerId": world.ADA}}
