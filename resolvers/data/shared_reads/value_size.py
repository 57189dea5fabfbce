"""The estimated size of a value in memory."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from sys import getsizeof
from typing import Any
from uuid import UUID

ATOMS = frozenset({str, int, float, bool, bytes, type(None), datetime, timedelta, UUID})
SAMPLE = 8
MOST_PARTS = 32
"""Of more values than `SAMPLE`, and of more parts of a value than `MOST_PARTS`, about `SAMPLE` are measured, at equal
distances. The others count like them."""
Parts = Callable[[Any], Sequence[Any]]
"""What a value of some type refers to."""


def sizes_of(values: Sequence[Any]) -> Sequence[int]:
    """The size of each value, as `size_of`. Of many, all have the mean size of a sample."""
    if len(values) <= SAMPLE:
        return [size_of(value) for value in values]
    measured = _sample(values)
    return [sum(map(size_of, measured)) // len(measured)] * len(values)


def size_of(value: Any) -> int:
    """The bytes of a value with all that it refers to. Objects that values share are counted for each of them."""
    kind = type(value)
    if kind in ATOMS:
        return getsizeof(value)
    parts = _parts(kind)(value)  # type: ignore[arg-type]  # a type is hashable
    measured = parts if len(parts) <= MOST_PARTS else _sample(parts)
    size = sum([getsizeof(part) if type(part) in ATOMS else size_of(part) for part in measured])
    return getsizeof(value) + (size * len(parts) // len(measured) if measured else 0)


def _sample(values: Sequence[Any]) -> Sequence[Any]:
    return values[:: len(values) // SAMPLE]


@cache
def _parts(kind: type) -> Parts:
    """There are few types of records."""
    if issubclass(kind, Enum):
        return lambda value: ()
    if issubclass(kind, Mapping):
        return lambda value: [*value.keys(), *value.values()] if len(value) <= SAMPLE else list(value.items())
    if issubclass(kind, list | tuple):
        return lambda value: value
    if issubclass(kind, set | frozenset):
        return list
    names = _slots(kind)

    def attributes(value: Any) -> Sequence[Any]:
        found = [getattr(value, name, None) for name in names]
        return [*found, *value.__dict__.values()] if hasattr(value, "__dict__") else found

    return attributes


def _slots(kind: type) -> Sequence[str]:
    """The names of a type's attributes without a dictionary."""
    each_of = [each.__dict__.get("__slots__", ()) for each in kind.__mro__]
    return tuple(name for slots in each_of for name in ((slots,) if isinstance(slots, str) else slots))
