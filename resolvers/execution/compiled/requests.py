"""Requests of a level: the keys of all rows, in one set for each value of the path's arguments."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.values import Column, Deliver, attempt
from resolvers.types.store_field import StoreField

Traced = Callable[..., None] | None


class LevelRequest:
    """The rows of a level for which a store field is read."""

    __slots__ = ("_declared", "_deliver", "_left", "_rows", "_values")

    def __init__(self, declared: StoreField, rows: Column, deliver: Deliver) -> None:
        self._declared = declared
        self._rows = rows
        self._deliver = deliver
        self._left = 0
        self._values: Column = [None] * len(rows)

    def send(self, run: Run, args: Column, traced: Traced) -> None:
        """Request the key of each row with its arguments, and deliver the values when the last set has arrived. A row
        without arguments has the exception in their place."""
        keys = [attempt(self._declared.key_of, row) for row in self._rows]
        places_by_args: dict[Any, list[int]] = {}
        for place, (key, its) in enumerate(zip(keys, args, strict=True)):
            fault = its if isinstance(its, Exception) else key
            if isinstance(fault, Exception):
                self._values[place] = fault
            elif key is not None:
                try:
                    hash(key)
                    places_by_args.setdefault(its, []).append(place)
                except TypeError as unhashable:  # a fault of the declaration
                    self._values[place] = unhashable
        self._left = len(places_by_args)
        if traced is not None:
            asked = {(its, keys[place]) for its, places in places_by_args.items() for place in places}
            traced(self._declared.path, rows=len(self._rows), keys=len(asked), groups=self._left)
        if not self._left:
            self._deliver(self._values)
        for its, places in places_by_args.items():
            wanted = [keys[place] for place in places]
            arrived = run.expect(partial(self._arrived, its, places, wanted))
            run.loaders.request(self._declared.path, wanted, its, arrived)

    def _arrived(
        self,
        args: Any,
        places: list[int],
        keys: list[Any],
        known: Mapping[Any, Any],
        failures: Mapping[Any, Exception],
    ) -> None:
        viewed, rows, values = self._declared.viewed, self._rows, self._values
        for place, key in zip(places, keys, strict=True):
            failure = failures.get(key)
            values[place] = attempt(viewed, rows[place], known.get(key), args) if failure is None else failure
        self._left -= 1
        if not self._left:
            self._deliver(values)
