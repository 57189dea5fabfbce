"""Arguments and variables: defaults, null, absence, input objects and lists (GraphQL spec, "Coercing Field
Arguments")."""

import json
from enum import Enum
from typing import Any

import pytest
import strawberry

from resolvers.schema import schema_of
from tests.resolvers.execution.compiled.running import ran


@strawberry.enum
class Size(Enum):
    SMALL = "s"
    LARGE = "l"


@strawberry.input
class Inner:
    a: int | None = None
    b: list[str | None] | None = strawberry.UNSET
    c: str = "c"
    size: Size = Size.SMALL


@strawberry.type
class Query:
    @strawberry.field
    def inner(self, input: Inner | None = None) -> str:
        if input is None:
            return "null"
        return json.dumps([input.a, "unset" if input.b is strawberry.UNSET else input.b, input.c, input.size.name])

    @strawberry.field
    def text(self, input: str | None = "default") -> str:
        return json.dumps(input)

    @strawberry.field
    def absent(self, input: str | None = strawberry.UNSET) -> str:
        return "unset" if input is strawberry.UNSET else json.dumps(input)

    @strawberry.field
    def required(self, input: str) -> str | None:
        return json.dumps(input)

    @strawberry.field
    def default(self, input: str = "default") -> str | None:
        return json.dumps(input)

    @strawberry.field
    def items(self, input: list[str | None] | None = None) -> str:
        return json.dumps(input)

    @strawberry.field
    def names(self, input: list[Size]) -> str | None:
        return json.dumps([each.name for each in input])

    @strawberry.field
    def later(self, info: strawberry.Info[Any, Any], input: int = 1) -> str:
        return f"{input} {info.context.viewer.role.name}"


SCHEMA = schema_of(Query)


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ('inner(input: {a: 1, b: ["x"], size: LARGE})', '[1, ["x"], "c", "LARGE"]'),
        ('inner(input: {b: "x"})', '[null, ["x"], "c", "SMALL"]'),
        ("inner(input: {b: null, a: null})", '[null, null, "c", "SMALL"]'),
        ("inner(input: {})", '[null, "unset", "c", "SMALL"]'),
        ("inner", "null"),
        ("inner(input: null)", "null"),
        ("text", '"default"'),
        ("text(input: null)", "null"),
        ("absent", "unset"),
        ("absent(input: null)", "null"),
        ('items(input: ["a", null])', '["a", null]'),
        ('items(input: "a")', '["a"]'),
        ("items", "null"),
        ("names(input: [SMALL, LARGE])", '["SMALL", "LARGE"]'),
        ("names(input: LARGE)", '["LARGE"]'),
        ("later(input: 7)", "7 ADMIN"),
        ("later", "1 ADMIN"),
    ],
)
async def test_literals_become_what_the_resolver_takes(call: str, value: str) -> None:
    assert await ran(SCHEMA, f"{{ x: {call} }}") == ({"x": value}, [])


@pytest.mark.parametrize(
    ("call", "declared", "given", "value"),
    [
        ("text(input: $v)", "String", {"v": "a"}, '"a"'),
        ("text(input: $v)", "String", {"v": None}, "null"),
        ("text(input: $v)", "String", {}, '"default"'),
        ("text(input: $v)", 'String = "mine"', {}, '"mine"'),
        ("text(input: $v)", 'String = "mine"', {"v": None}, "null"),
        ("absent(input: $v)", "String", {}, "unset"),
        ("absent(input: $v)", "String", {"v": None}, "null"),
        ("required(input: $v)", 'String = "mine"', {}, '"mine"'),
        ("default(input: $v)", "String", {}, '"default"'),
        ("default(input: $v)", "String", {"v": "a"}, '"a"'),
        ("items(input: $v)", "[String]", {"v": ["a", None]}, '["a", null]'),
        ("items(input: $v)", "[String]", {"v": "a"}, '["a"]'),
        ("items(input: [$v, $v])", "String", {"v": "a"}, '["a", "a"]'),
        ("items(input: [$v])", "String", {}, "[null]"),
        ("names(input: [$v])", "Size!", {"v": "LARGE"}, '["LARGE"]'),
        ("inner(input: $v)", "Inner", {"v": {"a": 1, "size": "LARGE"}}, '[1, "unset", "c", "LARGE"]'),
        ("inner(input: $v)", "Inner", {}, "null"),
        ("inner(input: {c: $v})", 'String! = "mine"', {}, '[null, "unset", "mine", "SMALL"]'),
        ('inner(input: {b: [$v], c: "d"})', "String", {"v": "x"}, '[null, ["x"], "d", "SMALL"]'),
        ("inner(input: {b: $v})", "[String]", {}, '[null, "unset", "c", "SMALL"]'),
        ("later(input: $v)", "Int!", {"v": 3}, "3 ADMIN"),
    ],
)
async def test_variables_become_what_the_resolver_takes(
    call: str, declared: str, given: dict[str, Any], value: str
) -> None:
    assert await ran(SCHEMA, f"query ($v: {declared}) {{ x: {call} }}", given) == ({"x": value}, [])


async def test_each_execution_of_a_document_has_its_own_values() -> None:
    text = "query ($v: String, $n: [Size!]!) { a: text(input: $v) b: names(input: $n) c: text }"
    for value, names in (("x", ["LARGE"]), (None, []), ("y", ["SMALL", "LARGE"])):
        found = await ran(SCHEMA, text, {"v": value, "n": names})
        assert found.data == {"a": json.dumps(value), "b": json.dumps(names), "c": '"default"'}


async def test_null_for_an_argument_that_excludes_it_is_an_error_of_the_field() -> None:
    text = "query ($v: String) { a: default(input: $v) b: text }"
    found = await ran(SCHEMA, text, {"v": None})
    assert found.data == {"a": None, "b": '"default"'}
    [(path, message)] = found.errors
    assert path == "a"
    assert message.startswith("Argument 'input' has invalid value")


async def test_an_argument_of_a_deep_field_is_given_to_each_object() -> None:
    found = await ran(SCHEMA, "query ($v: Int!) { a: later(input: $v) b: later(input: $v) }", {"v": 2})
    assert found.data == {"a": "2 ADMIN", "b": "2 ADMIN"}
