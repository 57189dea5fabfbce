"""The root fields of the kitchen sink, and its schema."""

import asyncio
from datetime import datetime
from typing import Any

import strawberry
from graphql import GraphQLSchema

from resolvers.context import Info
from resolvers.errors import bad_input, forbidden
from resolvers.schema import schema_of
from resolvers.types.root_list_field import root_list_field
from resolvers.types.store_field import Lookup, RootStoreField, root_store_field
from resolvers.viewer import Viewer
from stores.errors import Unavailable
from tests.oracle.kitchen_sink.mutation import Mutation
from tests.oracle.kitchen_sink.paths import HOMES, KITS, PETS, KitsArgs
from tests.oracle.kitchen_sink.pets import ANIMAL, HOME, NAMED, THING, Cat, Dog, LabelInput, Robot
from tests.oracle.kitchen_sink.records import Boom, Kind, World

FIRST = strawberry.ID("p1")


def lookup_pet(viewer: Viewer, *, key: strawberry.ID) -> Lookup:
    if key == "forbidden":
        raise forbidden()
    return Lookup(PETS, key)


def lookup_kits(viewer: Viewer, *, key: strawberry.ID = FIRST, first: int = 2) -> Lookup:
    return Lookup(KITS, key, KitsArgs(first, reverse=True))


def lookup_home(viewer: Viewer, *, number: int) -> Lookup:
    return Lookup(HOMES, ("Elm", number))


def found_or_bad(viewer: Viewer, found: Any, lookup: Lookup) -> Any:
    if found is None:
        raise bad_input(f"no {lookup.key}")
    return found


def each_key(schema: GraphQLSchema, *, keys: list[strawberry.ID]) -> list[dict[str, Any]]:
    if len(keys) > 4:
        raise bad_input("at most 4 keys")
    return [{"key": key} for key in keys]


def world_of(info: Info) -> World:
    world: Any = info.context.peer.stores
    return world  # type: ignore[no-any-return]


@strawberry.type(description="The root fields.")
class Query:
    """Lists of interfaces and unions, non-null and nullable, by resolvers of all kinds."""

    cat = root_store_field(lookup=lookup_pet, returns=Cat, description="An error for a dog.")
    named = root_store_field(lookup=lookup_pet, view=found_or_bad, returns=NAMED, description="BAD_USER_INPUT if gone.")
    kits = root_store_field(lookup=lookup_kits, returns=list[NAMED | None], description="Some may be null.")
    home = root_store_field(lookup=lookup_home, returns=HOME, description="A home in this street.")
    many = root_list_field(
        element=RootStoreField(lookup=lookup_pet, view=found_or_bad),
        elements=each_key,
        returns=list[NAMED | None],
        description="One for each key.",
        directives=[],
    )

    @strawberry.field(description="None is null.", graphql_type=list[ANIMAL])
    def pets(self, info: Info, first: int = 4) -> Any:
        return list(world_of(info).pets.values())[:first]

    @strawberry.field(description="Each may be null.", graphql_type=list[NAMED | None] | None)
    async def maybe(self, info: Info, first: int | None = 4) -> Any:
        await asyncio.sleep(0)
        return [*world_of(info).pets.values(), None][-(first or 1) :]

    @strawberry.field(description="All kinds, two levels.", graphql_type=list[list[THING]] | None)
    def things(self, info: Info) -> Any:
        world = world_of(info)
        return [list(world.pets.values())[:2], world.robots, []]

    @strawberry.field(description="Items that are awaited.", graphql_type=list[THING | None] | None)
    def later(self, info: Info, turns: list[int]) -> Any:
        async def item(number: int, place: int) -> Any:
            for _ in range(number):
                await asyncio.sleep(0)
            if number == 3:
                raise Boom("an item")
            return things[place % len(things)]

        things = [*world_of(info).robots, *world_of(info).pets.values(), None]
        return [item(number, place) for place, number in enumerate(turns)]

    @strawberry.field(description="Many, the same ones again and again.", graphql_type=list[NAMED | None])
    def herd(self, info: Info, size: int = 20) -> Any:
        world = world_of(info)
        pets = list(world.pets.values())
        return [pets[place % world.herd] for place in range(size) if pets]

    @strawberry.field(description="The first.", graphql_type=NAMED | None)
    def one(self, info: Info) -> Any:
        return next(iter(world_of(info).pets.values()), None)

    @strawberry.field(description="By a task.", graphql_type=ANIMAL | None)
    async def soon(self, info: Info, key: str = "p1") -> Any:
        return world_of(info).pets.get(key)

    @strawberry.field(description="Always an error.", graphql_type=str | None)
    async def failing(self, kind: Kind = Kind.PLAIN) -> Any:
        match kind:
            case Kind.PLAIN:
                raise Boom("failing")
            case Kind.TABBY:
                raise Unavailable("pets", "secret")
        return bad_input("an error that is returned")

    @strawberry.field(description="What it was given.")
    def echo(
        self,
        text: str | None = "text",
        number: float | None = None,
        grid: list[list[int | None]] | None = None,
        kinds: list[Kind] | None = None,
        at: datetime | None = None,
        input: LabelInput | None = None,
        flag: bool = True,
        key: strawberry.ID | None = strawberry.UNSET,
    ) -> str:
        given = text, number, grid, kinds, at and at.isoformat(), input and input.key(), flag
        return f"{given} {'unset' if key is strawberry.UNSET else key}"


KITCHEN_SINK = schema_of(Query, Mutation, types=[Cat, Dog, Robot])
