"""Null and errors where a type excludes null: they null the nearest object that may be null (GraphQL spec, "Handling
Execution Errors")."""

import asyncio
from typing import Any

import pytest
import strawberry

from resolvers.schema import schema_of
from tests.resolvers.execution.compiled.running import Ran, ran


class Bad(Exception):
    """An error of a resolver."""


class Nulls:
    """Its values are null."""

    def value(self, name: str) -> Any:
        return None


class Raises:
    """Its values raise an error with their name."""

    def value(self, name: str) -> Any:
        raise Bad(name)


@strawberry.type
class Node:
    """Fields that are null or raise: nullable or not, at once or later; and nodes beneath in the same four ways."""

    @strawberry.field(graphql_type=str | None)
    def now(parent: strawberry.Parent[Any]) -> Any:
        return parent.value("now")

    @strawberry.field(graphql_type=str)
    def now_never(parent: strawberry.Parent[Any]) -> Any:
        return parent.value("nowNever")

    @strawberry.field(graphql_type=str | None)
    async def later(parent: strawberry.Parent[Any]) -> Any:
        await asyncio.sleep(0)
        return parent.value("later")

    @strawberry.field(graphql_type=str)
    async def later_never(parent: strawberry.Parent[Any]) -> Any:
        await asyncio.sleep(0)
        return parent.value("laterNever")

    @strawberry.field
    def nest(parent: strawberry.Parent[Any]) -> "Node | None":
        return parent  # type: ignore[no-any-return]

    @strawberry.field
    def nest_never(parent: strawberry.Parent[Any]) -> "Node":
        return parent  # type: ignore[no-any-return]

    @strawberry.field
    async def later_nest(parent: strawberry.Parent[Any]) -> "Node | None":
        await asyncio.sleep(0)
        return parent  # type: ignore[no-any-return]

    @strawberry.field
    async def later_nest_never(parent: strawberry.Parent[Any]) -> "Node":
        await asyncio.sleep(0)
        return parent  # type: ignore[no-any-return]


@strawberry.type
class Query:
    @strawberry.field(graphql_type=Node | None)
    def nulls(self) -> Any:
        return Nulls()

    @strawberry.field(graphql_type=Node | None)
    def raises(self) -> Any:
        return Raises()

    @strawberry.field(graphql_type=Node)
    def nulls_never(self) -> Any:
        return Nulls()

    @strawberry.field(graphql_type=list[Node | None])
    def several(self) -> Any:
        return [Nulls(), Raises()]


SCHEMA = schema_of(Query)
CHAIN = ("nestNever", "laterNestNever", "nestNever", "laterNestNever")


def null_of(name: str) -> str:
    return f"TypeError: Cannot return null for non-nullable field Node.{name}."


async def test_a_nullable_field_is_null_where_it_raises() -> None:
    assert await ran(SCHEMA, "{ nulls { now later } }") == ({"nulls": {"now": None, "later": None}}, [])
    errors = [("raises.later", "Bad: later"), ("raises.now", "Bad: now")]
    assert await ran(SCHEMA, "{ raises { now later } }") == ({"raises": {"now": None, "later": None}}, errors)


@pytest.mark.parametrize("nest", ["nest", "laterNest"])
@pytest.mark.parametrize("name", ["nowNever", "laterNever"])
async def test_a_field_that_is_never_null_nulls_its_object(nest: str, name: str) -> None:
    found = await ran(SCHEMA, f"{{ nulls {{ {nest} {{ {name} }} }} raises {{ {nest} {{ {name} }} }} }}")
    assert found.data == {"nulls": {nest: None}, "raises": {nest: None}}
    assert found.errors == [(f"nulls.{nest}.{name}", null_of(name)), (f"raises.{nest}.{name}", f"Bad: {name}")]


async def test_a_tree_of_nullable_fields_keeps_its_shape() -> None:
    inner = {"now": None, "later": None}
    tree = {**inner, "nest": inner, "laterNest": inner}
    beneath = "now later nest { now later } laterNest { now later }"
    text = "{ %s { nest { " + beneath + " } laterNest { " + beneath + " } } }"
    assert await ran(SCHEMA, text % "nulls") == ({"nulls": {"nest": tree, "laterNest": tree}}, [])
    found = await ran(SCHEMA, text % "raises")
    assert found.data == {"raises": {"nest": tree, "laterNest": tree}}
    assert len(found.errors) == 12
    assert all(message == f"Bad: {path.rpartition('.')[2]}" for path, message in found.errors)


@pytest.mark.parametrize("name", ["nowNever", "laterNever"])
@pytest.mark.parametrize("nest", ["nest", "laterNest"])
async def test_a_chain_of_non_null_fields_nulls_the_first_nullable_object(nest: str, name: str) -> None:
    text = " { ".join(("", nest, *CHAIN, name)) + " }" * (len(CHAIN) + 2)
    path = ".".join((nest, *CHAIN, name))
    found = await ran(SCHEMA, f"{{ nulls {text[1:]} raises {text[1:]} }}")
    assert found.data == {"nulls": {nest: None}, "raises": {nest: None}}
    assert found.errors == [(f"nulls.{path}", null_of(name)), (f"raises.{path}", f"Bad: {name}")]


async def test_an_error_may_null_all_data() -> None:
    assert await ran(SCHEMA, "{ nullsNever { nowNever } nulls { now } }") == (
        None,
        [("nullsNever.nowNever", null_of("nowNever"))],
    )


async def test_siblings_of_a_nulled_object_stay() -> None:
    found = await ran(SCHEMA, "{ a: nulls { nest { nowNever } b: nest { now } } c: nulls { now } }")
    assert found.data == {"a": {"nest": None, "b": {"now": None}}, "c": {"now": None}}


async def test_only_the_items_of_a_list_that_fail_are_null() -> None:
    found = await ran(SCHEMA, "{ several { nest { now } } }")
    assert found.data == {"several": [{"nest": {"now": None}}, {"nest": {"now": None}}]}
    assert found.errors == [("several.1.nest.now", "Bad: now")]
    found = await ran(SCHEMA, "{ several { nowNever } }")
    assert found.data == {"several": [None, None]}
    assert found.errors == [("several.0.nowNever", null_of("nowNever")), ("several.1.nowNever", "Bad: nowNever")]


async def test_errors_have_response_names_in_their_paths() -> None:
    found = await ran(SCHEMA, "{ x: raises { y: nest { z: nowNever } } }")
    assert found == Ran({"x": {"y": None}}, [("x.y.z", "Bad: nowNever")])
