"""Random worlds: records with nulls, values of wrong types and exceptions in them, and stores that are slow or fail."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from stores.errors import StoreError, TimedOut, Unavailable
from tests.oracle.kitchen_sink.records import Boom, Cat, Collar, Dog, Home, Kind, Robot, Room, Tag, World

CALLS: Sequence[str] = ("pets_by_keys", "kits", "homes", "weights", "labels", "summaries")
MOST_PETS = 7
START = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)


class WorldMaker:
    """Makes a world. `share`: of the values that are wrong, and of the calls that fail. `turns`: of the event loop that
    each call takes, None for a random number."""

    def __init__(self, chance: Random, share: float, turns: int | None) -> None:
        self._turns = turns
        self._chance = chance
        self._share = share

    def world(self) -> World:
        world, chance = World(), self._chance
        keys = [f"p{number}" for number in range(MOST_PETS)]
        for number, key in enumerate(keys):
            pet = self._cat(key, number) if number % 2 else self._dog(key, number)
            if chance.random() >= self._share / 2:
                world.pets[key] = self._or(pet, Boom(f"pet {key}"), "not a pet", Tag("no pet", 1))
        for pet in world.pets.values():
            if isinstance(pet, Dog):
                friends = [self._or(world.pets.get(key), Boom("a friend"), 5) for key in self._some(keys)]
                pet.friends = self._or(friends, None, tuple(friends), "friends", {"a": 1})
        world.robots = [self._robot(number) for number in range(2)]
        for number in range(3):
            world.homes["Elm", number] = self._or(self._home(number, keys), Boom("home"), "no home")
        for key in keys:
            world.kits[key] = self._or(self._some([*keys, "gone"]), None, "p1", 7, [None, "p2"])
        world.herd = chance.randrange(len(world.pets)) + 1 if world.pets else 1
        for call in CALLS:
            world.turns[call] = chance.choice([0, 0, 1, 2, 5]) if self._turns is None else self._turns
            if chance.random() < self._share / 2:
                if chance.random() < 0.3:
                    world.stuck.add(call)
                else:
                    world.failing[call] = self._failure()
        return world

    def _or(self, good: Any, *bad: Any) -> Any:
        return self._chance.choice(bad) if self._chance.random() < self._share else good

    def _some(self, keys: Sequence[str]) -> list[str]:
        return [self._chance.choice(keys) for _ in range(self._chance.choice([0, 1, 2, 2, 3]))]

    def _failure(self) -> Exception:
        return self._chance.choice(
            [Unavailable("pets", "secret"), TimedOut("pets", "late"), StoreError("pets", "odd"), Boom("the store")]
        )

    def _pet(self, key: str, number: int) -> dict[str, Any]:
        chance, either = self._chance, self._or
        return {
            "key": key,
            "name": either(f"Pet {number}", None, 5, {}, Boom("name"), "\N{BUG} " * 2),
            "nick": either(chance.choice([None, "nick"]), 7, [], Boom("nick"), True, ""),
            "kind": either(chance.choice([None, *Kind]), "tabby", "nothing", 3, Boom("kind")),
            "tags": either(["a", "b"][: number % 3], None, ["a", None], "ab", ("t",), {"x"}, 4, [Boom("tag")], [[]]),
            "mother_key": chance.choice([None, "p0", "p1", "p3", "gone"]),
            "home_street": chance.choice(["Elm", "Elm", None]),
            "home_number": chance.choice([0, 1, 2, 9, None]),
            "collar": either(self._collar(), None, Boom("collar"), "no collar"),
            "born": either(chance.choice([None, START - timedelta(days=number)]), "yesterday", 3, Boom("born")),
            "temper": either(number % 3, 3),
        }

    def _collar(self) -> Collar:
        either = self._or
        spare = self._chance.choice([None, self._tag()])
        return Collar(either(self._chance.choice([None, "red"]), 4, Boom("colour")), either(self._tag(), None), spare)

    def _tag(self) -> Tag:
        number = self._or(self._chance.randrange(9), None, 2**40, "9", "no", True, 1.0, 1.5, float("inf"))
        return Tag(self._or("text", None, Boom("text"), {"a": 1}), number)

    def _cat(self, key: str, number: int) -> Cat:
        grid = [[1, None], [], [number]]
        return Cat(
            **self._pet(key, number),
            lives=self._or(number, None, 2**31, "9", "no", True, 2.0, Boom("lives")),
            grid=self._or(self._chance.choice([None, grid]), [None], [[1], "x"], [[Boom("cell")]], 5, [[{}]]),
            day=self._or(date(2026, 1, 1 + number), None, "2026-01-01"),
            mark=self._or(UUID(int=number), None, "a mark", Boom("mark")),
        )

    def _dog(self, key: str, number: int) -> Dog:
        return Dog(
            **self._pet(key, number),
            weight=self._or(number / 2, None, "heavy", float("nan"), float("-inf"), 3, True, "2.5"),
            note=self._or(self._chance.choice([None, {"a": [1, None]}, ["n"], "text"]), 1.5, {}, Boom("note")),
            friends=[],
        )

    def _robot(self, number: int) -> Any:
        row = [self._or(self._tag(), None, Boom("part")), self._tag()]
        parts = self._or([row, [], row[:1]], None, [None, row], "parts", [row, 3])
        robot = Robot(f"r{number}", parts, self._or(0.5, None), self._chance.choice([None, "p1", "p2"]))
        return self._or(robot, None, Boom("robot"), "robot")

    def _home(self, number: int, keys: Sequence[str]) -> Home:
        rooms = [
            self._or(Room(f"room {place}", self._or(9.5, None, "wide"), [[place], []]), None, Boom("room"))
            for place in range(number)
        ]
        return Home(self._or("Elm", None, 5), number, self._or(rooms, None, "rooms"), self._some(keys))
