"""The estimated size of a value in memory."""

from collections.abc import Mapping
from enum import Enum
from sys import getsizeof
from typing import Any

ATOMS = (str, int, float, bytes, type(None))


def size_of(value: Any) -> int:
    """The bytes of a value with all that it refers to. Objects that values share are counted for each of them."""
    size = 0
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, Enum):
            continue
        size += getsizeof(each)
        if isinstance(each, ATOMS):
            continue
        if isinstance(each, Mapping):
            left.extend(each.keys())
            left.extend(each.values())
        elif isinstance(each, tuple | list | set | frozenset):
            left.extend(each)
        else:
            left.extend(_attributes(each))
    return size


def _attributes(value: Any) -> list[Any]:
    names = [name for each in type(value).__mro__ for name in _slots(each)]
    found = [getattr(value, name) for name in names if hasattr(value, name)]
    return [*found, *getattr(value, "__dict__", {}).values()]


def _slots(kind: type) -> tuple[str, ...]:
    slots = kind.__dict__.get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)
