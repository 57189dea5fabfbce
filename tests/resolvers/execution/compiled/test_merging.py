"""Aliases, merged selections, fragments and the order of fields (GraphQL spec, "Field Collection")."""

from collections import Counter
from typing import Any

import strawberry

from resolvers.schema import schema_of
from tests.resolvers.execution.compiled.running import ran


@strawberry.type
class Deep:
    """An object whose fields say what they were given."""

    @strawberry.field
    def a(self) -> str:
        return "Apple"

    @strawberry.field
    def b(self) -> str:
        return "Banana"

    @strawberry.field
    def c(self) -> str:
        return "Cherry"

    @strawberry.field
    def deep(self) -> "Deep":
        return Deep()

    @strawberry.field
    def given(self, x: int = 1, y: str | None = None) -> str:
        return f"{x} {y}"

    @strawberry.field
    def many(self, count: int = 2) -> "list[Deep]":
        return [Deep()] * count


@strawberry.type
class Query(Deep):
    """The root."""


SCHEMA = schema_of(Query)


async def test_fragments_of_one_object_are_merged() -> None:
    text = """
        { a ...FragOne ...FragTwo }
        fragment FragOne on Query { b deep { b deeper: deep { b } } }
        fragment FragTwo on Query { c deep { c deeper: deep { c } } }
    """
    banana_and_cherry = {"b": "Banana", "deeper": {"b": "Banana", "c": "Cherry"}, "c": "Cherry"}
    assert await ran(SCHEMA, text) == ({"a": "Apple", "b": "Banana", "deep": banana_and_cherry, "c": "Cherry"}, [])


async def test_fields_have_the_order_of_their_first_selections() -> None:
    found = await ran(SCHEMA, "{ c deep { c b } a deep { a c } ... { b } }")
    assert str(found.data) == (
        "{'c': 'Cherry', 'deep': {'c': 'Cherry', 'b': 'Banana', 'a': 'Apple'}, 'a': 'Apple', 'b': 'Banana'}"
    )


async def test_a_repeated_field_is_one_field() -> None:
    assert await ran(SCHEMA, "{ a a x: given(x: 2) x: given(x: 2) a }") == ({"a": "Apple", "x": "2 None"}, [])


async def test_aliases_are_fields_of_their_own() -> None:
    found = await ran(SCHEMA, '{ given one: given(x: 7) two: given(x: 8, y: "z") deep { given: a a: given } }')
    assert found.data == {
        "given": "1 None",
        "one": "7 None",
        "two": "8 z",
        "deep": {"given": "Apple", "a": "1 None"},
    }


async def test_a_fragment_may_be_spread_at_several_places() -> None:
    found = await ran(SCHEMA, "{ deep { ...G } many { ...F } } fragment F on Deep { b ...G } fragment G on Deep { c }")
    assert found.data == {"deep": {"c": "Cherry"}, "many": [{"b": "Banana", "c": "Cherry"}] * 2}


async def test_type_names_have_aliases_too() -> None:
    found = await ran(SCHEMA, "{ __typename root: __typename deep { __typename a kind: __typename } }")
    assert found.data == {
        "__typename": "Query",
        "root": "Query",
        "deep": {"__typename": "Deep", "a": "Apple", "kind": "Deep"},
    }


async def test_the_named_operation_runs() -> None:
    text = "query One { one: a } query Two { two: b }"
    assert await ran(SCHEMA, text, operation_name="Two") == ({"two": "Banana"}, [])
    assert await ran(SCHEMA, text, operation_name="One") == ({"one": "Apple"}, [])


async def test_response_names_are_data() -> None:
    """A response name that is a word of Python, or of the generated code, is only a name."""
    names = ("class", "def", "row", "rows", "objects", "add", "size", "v0", "None", "_0", "__")
    found = await ran(SCHEMA, "{ many { " + " ".join(f"{name}: b" for name in names[:-1]) + " } }")
    assert found.data == {"many": [dict.fromkeys(names[:-1], "Banana")] * 2}


async def test_each_field_is_resolved_once_for_each_object() -> None:
    counted: Counter[str] = Counter()

    def counting(name: str) -> Any:
        def resolve() -> str:
            counted[name] += 1
            return name

        return strawberry.field(resolver=resolve, graphql_type=str)

    schema = schema_of(strawberry.type(type("Query", (), {"x": counting("x"), "y": counting("y")})))
    await ran(schema, "{ x x y ...F } fragment F on Query { x y z: y }")
    assert counted == {"x": 1, "y": 2}
