"""The records of the kitchen sink. Any attribute may have a wrong value: see `faults.py`."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry


class Boom(Exception):
    """An unexpected error of a resolver, a property or a record."""


@strawberry.enum(description="How a pet looks.")
class Kind(Enum):
    TABBY = "tabby"
    PLAIN = "plain"
    SPOTTED = "spotted"


@dataclass(slots=True)
class Tag:
    text: str
    number: int


@dataclass(slots=True)
class Collar:
    colour: str | None
    tag: Tag
    spare: Tag | None


@dataclass(slots=True)
class Room:
    name: str
    size: float
    doors: list[list[int]]


@dataclass(slots=True)
class Home:
    street: str
    number: int
    rooms: list[Room]
    resident_keys: list[str]


@dataclass(slots=True, kw_only=True)
class Pet:
    key: str
    name: str
    nick: str | None
    kind: Kind | None
    tags: list[str]
    mother_key: str | None
    home_street: str | None
    home_number: int | None
    collar: Collar
    born: datetime | None
    temper: int

    @property
    def mood(self) -> str:
        """Raises for some pets."""
        if self.temper == 3:
            raise Boom(f"the mood of {self.key}")
        return "calm" if self.temper else "wild"


@dataclass(slots=True, kw_only=True)
class Cat(Pet):
    lives: int
    grid: list[list[int | None]] | None
    day: date
    mark: UUID


@dataclass(slots=True, kw_only=True)
class Dog(Pet):
    weight: float
    note: Any
    friends: list[Any]


@dataclass(slots=True)
class Robot:
    key: str
    parts: list[list[Tag]]
    score: float
    pet_key: str | None = None


@dataclass(slots=True)
class Summary:
    key: str
    shown: str
    total: int

    @property
    def inner(self) -> "Summary | None":
        """One with a smaller total; None beneath 0."""
        return Summary(self.key, self.shown, self.total - 1) if self.total > 0 else None


@dataclass(slots=True, kw_only=True)
class World:
    """What the stores of the kitchen sink have. `kits`: the keys of the young by key; `herd`: how many different pets
    are in the herd; `turns`: how many turns of the event loop a call takes; `failing` and `stuck`: calls that raise or
    never end."""

    pets: dict[str, Any] = field(default_factory=dict)
    robots: list[Any] = field(default_factory=list)
    homes: dict[tuple[str, int], Any] = field(default_factory=dict)
    kits: dict[str, Any] = field(default_factory=dict)
    herd: int = 1
    turns: dict[str, int] = field(default_factory=dict)
    failing: dict[str, Exception] = field(default_factory=dict)
    stuck: set[str] = field(default_factory=set)
