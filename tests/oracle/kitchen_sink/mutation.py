"""The mutations of the kitchen sink. They change nothing: the world is the same for both executors."""

import asyncio
from dataclasses import dataclass
from typing import Any

import strawberry

from resolvers.context import Info
from resolvers.errors import forbidden
from tests.oracle.kitchen_sink import records
from tests.oracle.kitchen_sink.pets import ANIMAL, NAMED
from tests.oracle.kitchen_sink.records import Boom
from tests.oracle.kitchen_sink.things import Tag


@dataclass(slots=True)
class Payload:
    """The record of a payload."""

    message: Any
    pet: Any
    pets: Any
    tags: Any


@strawberry.type(description="What a mutation answers.")
class TouchPayload:
    """A view of `Payload`."""

    message: str
    pet: NAMED | None
    pets: list[ANIMAL]
    tags: list[Tag] | None

    @strawberry.field(description="The first of the pets, later.", graphql_type=ANIMAL | None)
    async def first(parent: strawberry.Parent[Any]) -> Any:
        await asyncio.sleep(0)
        return parent.pets[0]


def payload_of(info: Info, key: str) -> Payload:
    """The payload for a pet. Boom for p3."""
    world: Any = info.context.peer.stores
    if key == "p3":
        raise Boom("not touched")
    pet = world.pets.get(key)
    tags = [records.Tag(key, 1), records.Tag(key, 2)]
    return Payload(None if key == "p5" else key, pet, list(world.pets.values())[:3], tags)


@strawberry.type(description="The mutations.")
class Mutation:
    """Payloads that are null or not, of resolvers that are asynchronous or not."""

    @strawberry.field(description="Now.", graphql_type=TouchPayload)
    def touch(self, info: Info, key: strawberry.ID) -> Any:
        return payload_of(info, key)

    @strawberry.field(description="Later; null if the pet is gone.", graphql_type=TouchPayload | None)
    async def touch_later(self, info: Info, key: strawberry.ID, turns: int = 1) -> Any:
        for _ in range(turns):
            await asyncio.sleep(0)
        if key == "forbidden":
            raise forbidden()
        return None if key == "gone" else payload_of(info, key)

    @strawberry.field(description="One for each.", graphql_type=list[TouchPayload | None])
    async def touch_all(self, info: Info, keys: list[strawberry.ID]) -> Any:
        await asyncio.sleep(0)
        return [payload_of(info, key) if key != "gone" else None for key in keys]

    @strawberry.field(description="A number, no payload.")
    def count(self, first: int = 1) -> int:
        return first
