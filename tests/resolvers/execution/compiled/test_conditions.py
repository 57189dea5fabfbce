"""`@skip` and `@include` on fields, spreads and inline fragments (GraphQL spec, "Type System Directives")."""

import pytest

from tests.resolvers.execution.compiled.running import field_of, query_of, ran

SCHEMA = query_of(a=field_of(str, "a"), b=field_of(str, "b"))
A, AB = {"a": "a"}, {"a": "a", "b": "b"}


@pytest.mark.parametrize(
    "place",
    ["a b{}", "a ...F{} }} fragment F on Query {{ b", "a ... on Query{} {{ b }}", "a ...{} {{ b }}"],
    ids=["field", "spread", "inline fragment", "fragment without a type"],
)
@pytest.mark.parametrize(
    ("conditions", "data"),
    [
        (" @include(if: true)", AB),
        (" @include(if: false)", A),
        (" @skip(if: false)", AB),
        (" @skip(if: true)", A),
        (" @include(if: true) @skip(if: false)", AB),
        (" @include(if: true) @skip(if: true)", A),
        (" @include(if: false) @skip(if: false)", A),
    ],
)
async def test_a_condition_leaves_out_what_it_is_on(place: str, conditions: str, data: dict[str, str]) -> None:
    assert await ran(SCHEMA, "{ " + place.format(conditions) + " }") == (data, [])


async def test_a_fragment_without_conditions_is_left_in() -> None:
    assert await ran(SCHEMA, "{ a ... { b } }") == (AB, [])


async def test_the_variables_of_conditions_decide_each_time_anew() -> None:
    """One document has a plan for each combination of them."""
    text = "query ($skip: Boolean!, $include: Boolean! = true) { a @skip(if: $skip) b @include(if: $include) }"
    for _ in range(2):
        assert await ran(SCHEMA, text, {"skip": False}) == (AB, [])
        assert await ran(SCHEMA, text, {"skip": True}) == ({"b": "b"}, [])
        assert await ran(SCHEMA, text, {"skip": True, "include": False}) == ({}, [])
        assert await ran(SCHEMA, text, {"skip": False, "include": False}) == (A, [])


async def test_a_field_stays_where_one_of_its_selections_is_left_in() -> None:
    assert await ran(SCHEMA, "{ a @skip(if: true) b a }") == ({"b": "b", "a": "a"}, [])
