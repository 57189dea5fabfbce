"""The access paths of the kitchen sink: some read its stores, others are derived from those."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from resolvers.data.dataloaders import DerivedPath, Loaders, StorePath
from tests.oracle.kitchen_sink.records import Cat, Home, Pet, Summary, World

NoArgs = tuple[()]


class KitsArgs(NamedTuple):
    """The first of the young, and whether in reverse."""

    first: int
    reverse: bool


async def _reach(world: Any, call: str) -> World:
    """The world, after the turns that the call takes. Raises what the call fails with; a stuck call never returns."""
    assert isinstance(world, World)
    for _ in range(world.turns.get(call, 0)):
        await asyncio.sleep(0)
    if call in world.stuck:
        await asyncio.Event().wait()
    if call in world.failing:
        raise world.failing[call]
    return world


async def _pets(world: Any, keys: Sequence[str], _: NoArgs) -> Mapping[str, Any]:
    pets = (await _reach(world, "pets_by_keys")).pets
    return {key: pets[key] for key in keys if key in pets}


async def _kits(world: Any, keys: Sequence[str], args: KitsArgs) -> Mapping[str, Any]:
    reached = await _reach(world, "kits")
    return {key: _young(reached, reached.kits[key], args) for key in keys if key in reached.kits}


def _young(world: World, kits: Any, args: KitsArgs) -> Any:
    if not isinstance(kits, list):
        return kits
    young = [world.pets.get(key) for key in kits if key != "gone" or not args.reverse]
    return (young[::-1] if args.reverse else young)[: args.first]


async def _homes(world: Any, keys: Sequence[tuple[str, int]], _: NoArgs) -> Mapping[tuple[str, int], Any]:
    homes = (await _reach(world, "homes")).homes
    return {key: homes[key] for key in keys if key in homes}


async def _weights(world: Any, keys: Sequence[str], unit: str) -> Mapping[str, Any]:
    reached = await _reach(world, "weights")
    factor = {"KG": 1.0, "LB": 2.2}[unit]
    return {key: len(key) * factor for key in keys if key in reached.pets}


async def _labels(world: Any, keys: Sequence[str], args: tuple[Any, ...]) -> Mapping[str, Any]:
    await _reach(world, "labels")
    return {key: f"{key}: {args!r}" for key in keys}


async def _summaries(world: Any, keys: Sequence[str], selected: frozenset[str]) -> Mapping[str, Any]:
    await _reach(world, "summaries")
    return {key: Summary(key, " ".join(sorted(selected)), len(selected)) for key in keys if key != "p4"}


PETS: StorePath[str, NoArgs, Any] = StorePath("pets", "by_keys", _pets, batch_size=4)


def _prime_pets(loaders: Loaders, found: Mapping[str, Any]) -> None:
    """The young of a list need not be read again. Not where reads fail: what is primed depends on what was read."""
    world: Any = loaders.stores
    if "pets_by_keys" in world.stuck or "pets_by_keys" in world.failing:
        return
    for young in found.values():
        for pet in young if isinstance(young, list) else ():
            if isinstance(pet, Cat):
                loaders.prime(PETS, pet.key, (), pet)


KITS: StorePath[str, KitsArgs, Any] = StorePath("pets", "kits", _kits, prime=_prime_pets)
HOMES: StorePath[tuple[str, int], NoArgs, Any] = StorePath("homes", "by_places", _homes)
WEIGHTS: StorePath[str, str, Any] = StorePath("scales", "weights", _weights)
LABELS: StorePath[str, tuple[Any, ...], Any] = StorePath("scales", "labels", _labels)
SUMMARIES: StorePath[str, frozenset[str], Any] = StorePath("scales", "summaries", _summaries)


async def _families(loaders: Loaders, keys: Sequence[str], first: int) -> Mapping[str, Any]:
    """The young and the young of the young: a list of lists."""
    args = KitsArgs(first, reverse=False)
    young = await loaders.load_many(KITS, keys, args)
    beneath = {key: [pet.key for pet in each if isinstance(pet, Pet)] for key, each in young.items() if _is_list(each)}
    second = await loaders.load_many(KITS, sorted({key for keys in beneath.values() for key in keys}), args)
    families = {key: [second[each] for each in keys if each in second] for key, keys in beneath.items()}
    return {key: [each, *families.get(key, ())] for key, each in young.items()}


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


async def _residents(loaders: Loaders, homes: Sequence[tuple[str, int]], _: NoArgs) -> Mapping[tuple[str, int], Any]:
    found = await loaders.load_many(HOMES, homes, ())
    sound = {key: home for key, home in found.items() if isinstance(home, Home)}

    async def pets_of(home: Home) -> list[Any]:
        return list(await asyncio.gather(*(loaders.load(PETS, key, ()) for key in home.resident_keys)))

    residents = await asyncio.gather(*map(pets_of, sound.values()))
    return dict(zip(sound, residents, strict=True))


FAMILIES: DerivedPath[str, int, Any] = DerivedPath(_families)
RESIDENTS: DerivedPath[tuple[str, int], NoArgs, Any] = DerivedPath(_residents)
