"""The interface, the unions and the types with store fields of the kitchen sink."""

import asyncio
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, ForwardRef, Union
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from resolvers.context import Info
from resolvers.errors import bad_input
from resolvers.types.store_field import record_field, store_field
from resolvers.viewer import Viewer
from tests.oracle.kitchen_sink import records
from tests.oracle.kitchen_sink.paths import FAMILIES, HOMES, KITS, LABELS, PETS, RESIDENTS, SUMMARIES, WEIGHTS, KitsArgs
from tests.oracle.kitchen_sink.records import Boom, Kind
from tests.oracle.kitchen_sink.things import Collar, Room, Summary, Tag

HERE = strawberry.lazy("tests.oracle.kitchen_sink.pets")
NAMED: Any = Annotated[ForwardRef("Named"), HERE]
CAT: Any = Annotated[ForwardRef("Cat"), HERE]
DOG: Any = Annotated[ForwardRef("Dog"), HERE]
ROBOT: Any = Annotated[ForwardRef("Robot"), HERE]
HOME: Any = Annotated[ForwardRef("Home"), HERE]
ANIMAL: Any = Annotated[Union[CAT, DOG], strawberry.union("Animal")]  # noqa: UP007
THING: Any = Annotated[Union[CAT, DOG, ROBOT, Tag], strawberry.union("Thing")]  # noqa: UP007


@strawberry.enum(description="The unit of a weight.")
class Unit(Enum):
    KG = "KG"
    LB = "LB"


@strawberry.input(description="What a label says.")
class LabelInput:
    text: str = "label"
    kinds: list[Kind] | None = None
    at: datetime | None = strawberry.UNSET
    within: "LabelInput | None" = None

    def key(self) -> tuple[Any, ...]:
        """All of it, hashable."""
        kinds = None if self.kinds is None else tuple(each.name for each in self.kinds)
        within = self.within and self.within.key()
        return self.text, kinds, None if self.at is strawberry.UNSET else str(self.at), within


def kits_args(scope: int, *, first: int = 3, reverse: bool | None = None) -> KitsArgs:
    """Equal arguments for most scopes."""
    if first > 4:
        raise bad_input("first: at most 4")
    return KitsArgs(first, bool(reverse) or scope == 3)


def kits_scope(viewer: Viewer, parent: Any) -> int:
    return parent.temper  # type: ignore[no-any-return]


def families_args(*, first: int = 2) -> int:
    return first


def weight_args(*, unit: Unit = Unit.KG) -> str:
    return unit.name


def temper_of(viewer: Viewer, parent: Any) -> str:
    return f"{viewer.role.name} {parent.temper}"


def label_args(scope: str, *, input: LabelInput | None = None, marks: list[str] | None = None) -> tuple[Any, ...]:
    if scope.endswith("3"):
        raise bad_input("no label for this temper")
    return scope, input and input.key(), None if marks is None else tuple(marks)


def summary_args(selected: frozenset[str], *, plain: bool = False) -> frozenset[str]:
    return frozenset() if plain else selected


def home_view(parent: Any, found: Any, args: Any) -> Any:
    if getattr(found, "number", None) == 2 and parent.temper == 2:
        raise bad_input("no home for this pet")
    return found


def weight_view(parent: Any, found: Any, args: Any) -> Any:
    if parent.temper == 3:
        raise Boom("the weight")
    return found if found is None else round(found, 1)


@strawberry.interface(description="What has a name.")
class Named:
    """The interface of cats and dogs."""

    key: strawberry.ID
    name: str
    nick: str | None
    mood: str
    collar: Collar
    mother = store_field(PETS, key="mother_key", returns=NAMED, description="By key; null if it is gone.")
    mother_name = record_field(PETS, "mother_key", "name", str, "The name of the mother.")
    mother_lives = record_field(PETS, "mother_key", "lives", int, "An error if the mother is no cat.")
    home = store_field(HOMES, key=("home_street", "home_number"), returns=HOME, view=home_view, description="Home.")
    kits = store_field(
        KITS, key="key", returns=list[ANIMAL], args=kits_args, scope=kits_scope, description="The young, none null."
    )
    families = store_field(
        FAMILIES, key="key", returns=list[list[NAMED | None]], args=families_args, description="Two generations."
    )

    @strawberry.field(description="Its name in capitals.", graphql_type=str)
    def loud(parent: strawberry.Parent[Any]) -> Any:
        return parent.name.upper()

    @strawberry.field(description="A number with the viewer's role.", graphql_type=str)
    async def seen(parent: strawberry.Parent[Any], info: Info, times: int | None = 2) -> Any:
        for _ in range(times or 0):
            await asyncio.sleep(0)
        if parent.temper == 3:
            raise Boom("not seen")
        return f"{info.context.viewer.role.name} {parent.temper}"


@strawberry.type(description="A cat.")
class Cat(Named):
    """A view of `records.Cat`."""

    kind: Kind | None
    lives: int
    tags: list[str]
    grid: list[list[int | None]] | None
    day: date
    mark: UUID
    summary = store_field(
        SUMMARIES,
        key="key",
        returns=Summary,
        args=summary_args,
        by_selection=(),
        description="By selection.",
    )
    weight = store_field(
        WEIGHTS, key="key", returns=float, args=weight_args, view=weight_view, description="In a unit."
    )

    @strawberry.field(description="Its lives, multiplied.", graphql_type=int)
    def calc(parent: strawberry.Parent[Any], info: Info, k: int = 2) -> Any:
        return parent.lives * k

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, records.Cat)


@strawberry.type(description="A dog.")
class Dog(Named):
    """A view of `records.Dog`."""

    kind: Kind | None
    weight: float
    born: datetime | None
    note: JSON | None
    tags: list[str | None] | None
    friends: list[NAMED | None] | None
    overview = store_field(
        SUMMARIES,
        key="key",
        returns=Summary,
        args=summary_args,
        by_selection=("inner", "inner"),
        description="By what is selected two levels beneath it.",
    )
    label = store_field(
        LABELS, key="key", returns=str, args=label_args, scope=temper_of, description="With all that was given."
    )

    @strawberry.field(description="Its friends again, none null, later.", graphql_type=list[NAMED])
    async def pack(parent: strawberry.Parent[Any]) -> Any:
        await asyncio.sleep(0)
        return parent.friends

    @strawberry.field(description="Its mother, never null.", graphql_type=NAMED)
    async def must(parent: strawberry.Parent[Any], info: Info) -> Any:
        return await info.context.loaders.load(PETS, parent.mother_key, ())

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        if getattr(value, "temper", None) == 3:
            raise Boom("of no type")
        return isinstance(value, records.Dog)


@strawberry.type(description="A robot: not Named.")
class Robot:
    """A view of `records.Robot`."""

    key: strawberry.ID
    parts: list[list[Tag]]
    score: float
    pet = store_field(PETS, key="pet_key", returns=ANIMAL, description="Its pet.")

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, records.Robot)


@strawberry.type(description="Where pets live.")
class Home:
    """A view of `records.Home`."""

    street: str
    number: int
    rooms: list[Room]
    residents = store_field(
        RESIDENTS, key=("street", "number"), returns=list[ANIMAL | None], description="The pets that live there."
    )

    @strawberry.field(description="The last room; an error if there is none.", graphql_type=Room)
    def last_room(parent: strawberry.Parent[Any]) -> Any:
        return parent.rooms[-1]
