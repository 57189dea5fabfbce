"""The simple types of the kitchen sink. They are views of records, as those of the product."""

import asyncio
from typing import Any

import strawberry

from tests.oracle.kitchen_sink import records
from tests.oracle.kitchen_sink.records import Boom


@strawberry.type(description="A text with a number.")
class Tag:
    """A view of `records.Tag`."""

    text: str
    number: int

    @strawberry.field(description="Itself, in a list.", graphql_type=list["Tag"])
    def again(parent: strawberry.Parent[Any], times: int = 1) -> Any:
        return [parent] * times

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, records.Tag)


@strawberry.type(description="What a pet wears.")
class Collar:
    """A view of `records.Collar`."""

    colour: str | None
    tag: Tag
    spare: Tag | None


@strawberry.type(description="What is known of a pet: what an operation selects here.")
class Summary:
    """A view of `records.Summary`."""

    key: strawberry.ID
    shown: str
    total: int
    inner: "Summary | None"

    @strawberry.field(description="The total, later.", graphql_type=int)
    async def later(parent: strawberry.Parent[Any]) -> Any:
        await asyncio.sleep(0)
        return parent.total


@strawberry.type(description="A part of a home.")
class Room:
    """A view of `records.Room`."""

    name: str
    size: float
    doors: list[list[int]]

    @strawberry.field(description="Its size; an error in small rooms.", graphql_type=float)
    def area(parent: strawberry.Parent[Any], factor: float = 1) -> Any:
        if factor < 1:
            raise Boom("too small")
        return parent.size * factor
