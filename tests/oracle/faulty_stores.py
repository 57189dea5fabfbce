"""The school's stores, with calls that are slow, fail, never end, or do not find what is there."""

import asyncio
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from random import Random
from typing import Any

from stores.errors import Rejected, StoreError, TimedOut, Unavailable
from stores.ports.stores import Stores
from tests.oracle.kitchen_sink.records import Boom

TIMED = frozenset({"ping", "backlog", "rebuild_position", "count_enrollments"})
"""Calls of `storeHealth`: their deadline is one of real time, so that a fault would not be the same in every run."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with the calls of one port: they take `turns` of the event loop, raise `error`, never end
    (`stuck`), or lose some of the keys that they find (`lossy`)."""

    turns: int = 0
    error: Exception | None = None
    stuck: bool = False
    lossy: bool = False


class FaultyPort:
    """A port whose calls pass through `faults`."""

    def __init__(self, port: Any, faults: Faults) -> None:
        self._port = port
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        call, faults = getattr(self._port, name), self._faults
        if name in TIMED or not inspect.iscoroutinefunction(call):
            return call

        async def faulty(*args: Any, **kwargs: Any) -> Any:
            for _ in range(faults.turns):
                await asyncio.sleep(0)
            if faults.stuck:
                await asyncio.Event().wait()
            if faults.error is not None:
                raise faults.error
            found = await call(*args, **kwargs)
            if faults.lossy and isinstance(found, Mapping):
                return {key: value for key, value in found.items() if sum(str(key).encode()) % 2}
            return found

        return faulty


def faulty_stores(
    stores: Stores, chance: Random, turns: int | None, lossless: frozenset[str]
) -> tuple[Stores, Mapping[str, Faults]]:
    """The stores with random faults, and the faults of each port. `turns`: of the event loop that each call takes, None
    for a random number. `lossless`: the ports that find all keys."""
    found: dict[str, Faults] = {}
    share = chance.choice([0, 0, 0.1, 0.3])
    for each in fields(stores):
        taken = chance.choice([0, 0, 1, 2, 5]) if turns is None else turns
        error = _error(each.name, chance) if chance.random() < share else None
        stuck, lossy = chance.random() < share / 3, chance.random() < share and each.name not in lossless
        found[each.name] = Faults(taken, error, stuck, lossy)
    ports = {name: FaultyPort(getattr(stores, name), faults) for name, faults in found.items()}
    return replace(stores, **ports), found


def _error(store: str, chance: Random) -> Exception:
    kind = chance.choice([Unavailable, TimedOut, Rejected, StoreError, Boom])
    return Boom("the driver") if kind is Boom else kind(store, "the text")
