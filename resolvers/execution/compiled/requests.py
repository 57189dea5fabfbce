"""Requests of a level: the keys of all rows, in one set for each value of the path's arguments."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from resolvers.data.references import CourseRef
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.values import Column, Deliver, attempt, attempt_each
from resolvers.types.store_field import StoreField

Groups = Mapping[Any, Sequence[int]]
"""The places of the rows by their arguments of the path, in ascending order: a group of all rows has their keys as they
come. A row that is in none has its value already."""
KEYS = {str, UUID, CourseRef}
"""Types of keys that are hashable and never null."""
Traced = Callable[..., None] | None


class LevelRequest:
    """The rows of a level for which a store field is read."""

    __slots__ = ("_declared", "_deliver", "_left", "_rows", "_values")

    def __init__(self, declared: StoreField, rows: Column, values: Column, deliver: Deliver) -> None:
        """`values` has a place for each row, with the exception of a row that cannot be requested."""
        self._declared = declared
        self._rows = rows
        self._values = values
        self._deliver = deliver
        self._left = 1

    def send(self, run: Run, groups: Groups, traced: Traced) -> None:
        """Request the keys of these rows, and deliver the values when the last set has arrived."""
        requested: dict[Any, tuple[Sequence[int], list[Any]]] = {}
        for args, places in groups.items():
            chosen, keys = self._keys(places)
            if chosen:
                requested[args] = chosen, keys
        if traced is not None:
            asked = {(args, key) for args, (_, keys) in requested.items() for key in keys}
            traced(self._declared.path, rows=len(self._rows), keys=len(asked), groups=len(requested))
        self._left += len(requested)
        for args, (places, keys) in requested.items():
            arrived = run.expect(partial(self._arrived, args, places, keys))
            run.loaders.request(self._declared.path, keys, args, arrived)
        self._count()

    def _keys(self, places: Sequence[int]) -> tuple[Sequence[int], list[Any]]:
        """The keys of these rows, and the places of those that have one."""
        rows = self._rows
        some = rows if len(places) == len(rows) else [rows[place] for place in places]
        keys = attempt_each(self._declared.key_of, some)
        if set(map(type, keys)) <= KEYS:
            return places, keys
        chosen: list[int] = []
        found: list[Any] = []
        for place, key in zip(places, keys, strict=True):
            fault = key if isinstance(key, Exception) else attempt(hash, key)
            if isinstance(fault, Exception):  # a fault of the declaration
                self._values[place] = fault
            elif key is not None:
                chosen.append(place)
                found.append(key)
        return chosen, found

    def _arrived(
        self,
        args: Any,
        places: Sequence[int],
        keys: list[Any],
        known: Mapping[Any, Any],
        failures: Mapping[Any, Exception],
    ) -> None:
        declared, rows, values = self._declared, self._rows, self._values
        if failures or not declared.returns_found:
            viewed = declared.viewed
            for place, key in zip(places, keys, strict=True):
                failure = failures.get(key)
                values[place] = attempt(viewed, rows[place], known.get(key), args) if failure is None else failure
        elif len(places) == len(values):
            values[:] = map(known.get, keys)
        else:
            for place, key in zip(places, keys, strict=True):
                values[place] = known.get(key)
        self._count()

    def _count(self) -> None:
        self._left -= 1
        if not self._left:
            self._deliver(self._values)
