"""Requests of a level: the keys that its values are found by, in one set for each path and its arguments."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from resolvers.data.dataloaders import AccessPath
from resolvers.data.references import CourseRef
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.values import Column, Deliver, attempt, attempt_each
from resolvers.types.store_field import StoreField

KEYS = {str, UUID, CourseRef}
"""Types of keys that are hashable and never null."""
Places = Sequence[int]
Groups = Mapping[Any, Places]
"""The places of the rows by their arguments of the path, in the order of the rows. A row that is in none has its value
already."""
Wanted = Mapping[tuple[AccessPath[Any, Any, Any], Any], tuple[Places, list[Any]]]
"""By path and arguments: places of a column, and the key of each."""
View = Callable[[int, Any, Any], Any]
"""The value at a place, from what was found for its key (None: nothing) and the path's arguments."""


class KeyRequests:
    """The keys that are requested for places of one column. It is delivered when the last set has arrived."""

    __slots__ = ("_deliver", "_left", "_values", "_view")

    def __init__(self, values: Column, deliver: Deliver, view: View | None) -> None:
        """`values`: the column, with the exception of each row that cannot be requested. `view` None: the values are
        what is found."""
        self._values = values
        self._deliver = deliver
        self._view = view
        self._left = 1

    def send(self, run: Run, wanted: Wanted) -> None:
        """Request these keys."""
        self._left += len(wanted)
        for (path, args), (places, keys) in wanted.items():
            run.loaders.request(path, keys, args, run.expect(partial(self._arrived, args, places, keys)))
        self._count()

    def _arrived(
        self, args: Any, places: Places, keys: list[Any], known: Mapping[Any, Any], failures: Mapping[Any, Exception]
    ) -> None:
        view, values = self._view, self._values
        if failures or view is not None:
            for place, key in zip(places, keys, strict=True):
                failure, found = failures.get(key), known.get(key)
                if failure is not None:
                    values[place] = failure
                else:
                    values[place] = found if view is None else attempt(view, place, found, args)
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


def wanted_keys(declared: StoreField, rows: Column, groups: Groups, values: Column) -> Wanted:
    """The keys of these rows. A row without a key is left out; where a key has a fault, that becomes its value."""
    wanted: dict[Any, tuple[Places, list[Any]]] = {}
    for args, places in groups.items():
        chosen, keys = _keys(declared, rows, places, values)
        if chosen:
            wanted[declared.path, args] = chosen, keys
    return wanted


def _keys(declared: StoreField, rows: Column, places: Places, values: Column) -> tuple[Places, list[Any]]:
    """The keys of these rows, and the places of those that have one."""
    some = rows if len(places) == len(rows) else [rows[place] for place in places]
    keys = attempt_each(declared.key_of, some)
    if set(map(type, keys)) <= KEYS:
        return places, keys
    chosen: list[int] = []
    found: list[Any] = []
    for place, key in zip(places, keys, strict=True):
        fault = key if isinstance(key, Exception) else attempt(hash, key)
        if isinstance(fault, Exception):  # a fault of the declaration
            values[place] = fault
        elif key is not None:
            chosen.append(place)
            found.append(key)
    return chosen, found
