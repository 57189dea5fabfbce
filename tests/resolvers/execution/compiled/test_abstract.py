"""Unions and interfaces: the type of each object, and what is selected of it (GraphQL spec, "Fragments")."""

from dataclasses import dataclass
from typing import Annotated, Any, Union

import pytest
import strawberry

from resolvers.schema import schema_of
from tests.resolvers.execution.compiled.running import ran


@dataclass
class CatRecord:
    name: str
    meows: bool


@dataclass
class DogRecord:
    name: str
    barks: bool


@dataclass
class PersonRecord:
    name: str


class Broken:
    """The check of its type raises."""


@strawberry.interface
class Named:
    name: str | None


@strawberry.interface
class Mammal:
    @strawberry.field(graphql_type=Annotated["Mammal", strawberry.lazy(__name__)] | None)
    def mother(parent: strawberry.Parent[Any]) -> Any:
        return CatRecord(f"{parent.name}'s mother", False)


@strawberry.type
class Cat(Named, Mammal):
    meows: bool

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        if isinstance(value, Broken):
            raise RuntimeError("no type")
        return isinstance(value, CatRecord)


@strawberry.type
class Dog(Named, Mammal):
    barks: bool

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, DogRecord)


@strawberry.type
class Person(Named):
    @strawberry.field(graphql_type=list[Annotated[Union[Cat, Dog], strawberry.union("Pet")]])  # noqa: UP007
    def pets(parent: strawberry.Parent[Any]) -> Any:
        return [CatRecord("Garfield", False), DogRecord("Odie", True)]

    @strawberry.field(graphql_type=list[Named])
    def friends(parent: strawberry.Parent[Any]) -> Any:
        return [PersonRecord("Liz"), DogRecord("Odie", True)]

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, PersonRecord)


@strawberry.type
class Query:
    @strawberry.field(graphql_type=Person)
    def john(self) -> Any:
        return PersonRecord("John")

    @strawberry.field(graphql_type=list[Named | None])
    def mixed(self) -> Any:
        return [CatRecord("Garfield", False), object(), Broken(), None, PersonRecord("Jon")]

    @strawberry.field(graphql_type=Cat | None)
    def cat(self) -> Any:
        return DogRecord("Odie", True)

    @strawberry.field(graphql_type=list[Cat] | None)
    def cats(self) -> Any:
        return [CatRecord("Garfield", False), DogRecord("Odie", True)]


SCHEMA = schema_of(Query, types=[Cat, Dog, Person])
GARFIELD = {"__typename": "Cat", "name": "Garfield", "meows": False}
ODIE = {"__typename": "Dog", "name": "Odie", "barks": True}


@pytest.mark.parametrize(
    "selections",
    [
        "__typename ... on Cat { name meows } ... on Dog { name barks }",
        "__typename ...C ...D } } } fragment C on Cat { name meows } fragment D on Dog { name barks",
        "__typename ... on Named { name } ... on Cat { meows } ... on Dog { barks }",
        "... on Named { ... on Mammal { __typename } name ... on Cat { meows } } ... on Dog { barks }",
    ],
)
async def test_each_object_of_a_union_has_the_fields_of_its_type(selections: str) -> None:
    found = await ran(
        SCHEMA, "{ john { pets { " + selections + " } } }"[: None if "fragment" not in selections else -4]
    )
    assert found == ({"john": {"pets": [GARFIELD, ODIE]}}, [])


async def test_each_object_of_an_interface_has_the_fields_of_its_type() -> None:
    text = "{ john { friends { __typename name ... on Person { pets { __typename } } ... on Dog { barks } } } }"
    liz = {"__typename": "Person", "name": "Liz", "pets": [{"__typename": "Cat"}, {"__typename": "Dog"}]}
    assert await ran(SCHEMA, text) == ({"john": {"friends": [liz, ODIE]}}, [])


async def test_an_interface_beneath_an_interface_is_resolved_for_each_object() -> None:
    text = "{ john { pets { ... on Mammal { mother { ... on Cat { name mother { ... on Named { name } } } } } } } }"
    found = await ran(SCHEMA, text)
    mothers = [pet["mother"] for pet in found.data["john"]["pets"]]
    assert [each["name"] for each in mothers] == ["Garfield's mother", "Odie's mother"]
    assert [each["mother"]["name"] for each in mothers] == ["Garfield's mother's mother", "Odie's mother's mother"]


async def test_an_object_of_no_type_is_an_error_of_its_own() -> None:
    found = await ran(SCHEMA, "{ mixed { __typename name } }")
    jon = {"__typename": "Person", "name": "Jon"}
    assert found.data == {"mixed": [{"__typename": "Cat", "name": "Garfield"}, None, None, None, jon]}
    [(first, message), second] = found.errors
    assert first == "mixed.1"
    assert message.startswith("Abstract type 'Named' must resolve to an Object type at runtime for field 'Query.mixed'")
    assert second == ("mixed.2", "RuntimeError: no type")


async def test_an_object_of_another_type_is_an_error() -> None:
    message = "Expected value of type 'Cat' but got: <DogRecord instance>."
    assert await ran(SCHEMA, "{ cat { name } }") == ({"cat": None}, [("cat", message)])
    assert await ran(SCHEMA, "{ cats { name } }") == ({"cats": None}, [("cats.1", message)])


async def test_a_selection_that_no_object_has_gives_empty_objects() -> None:
    found = await ran(SCHEMA, "{ john { friends { ... on Cat { meows } } } }")
    assert found == ({"john": {"friends": [{}, {}]}}, [])
