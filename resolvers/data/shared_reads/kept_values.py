"""Values of access paths by arguments and key, bounded in bytes."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from resolvers.data.shared_reads.value_size import size_of, sizes_of

PATH_BYTES, ENTRY_BYTES = 400, 200
"""What a path with arguments and an entry take beside their values."""


class BoundPath(NamedTuple):
    """A path and its arguments, which have a mapping from keys to values."""

    path: Any
    args: Hashable


class Entry(NamedTuple):
    """A value, when its read began, and its size in bytes."""

    value: Any
    began: float
    size: int


Generation = dict[BoundPath, dict[Any, Entry]]


class KeptValues:
    """Two generations, each of at most half of `most_bytes`.

    Values are put into the young one. When that is full it becomes the old one, whose values are dropped. A value of
    the old generation that is found becomes young again, so the values in use are kept. `dropped` is called with the
    number of values that had to give way.
    """

    def __init__(self, most_bytes: int, *, dropped: Callable[[int], None]) -> None:
        self._half = most_bytes // 2
        self._dropped = dropped
        self._young: Generation = {}
        self._old: Generation = {}
        self._bytes = 0

    def find(self, bound: BoundPath, keys: Sequence[Any], *, oldest: float) -> dict[Any, Entry]:
        """The entries of these keys whose reads began at `oldest` or later."""
        found: dict[Any, Entry] = {}
        young, old = self._young.get(bound), self._old.get(bound)
        if young:
            for key in keys:
                entry = young.get(key)
                if entry is not None and entry.began >= oldest:
                    found[key] = entry
        if old and len(found) < len(keys):
            for key in keys:
                entry = old.get(key)
                if entry is not None and entry.began >= oldest and key not in found:
                    found[key] = entry
                    del old[key]
                    self._add(bound, key, entry)
        return found

    def put(self, bound: BoundPath, values: Mapping[Any, Any], *, began: float, size: int | None = None) -> None:
        """Keep these values. One that is too large is not kept, and one whose read began before that of the value that
        is kept. `size`: the bytes of each value with its key; None: they are measured."""
        sizes = repeat(size, len(values)) if size is not None else sizes_of(list(values.items()))
        for (key, value), its in zip(values.items(), sizes, strict=True):
            self._add(bound, key, Entry(value, began, ENTRY_BYTES + its))

    def drop(self, store: str, keys: Collection[Any]) -> None:
        """Drop the values of these keys of a store, for all paths and arguments."""
        for generation in (self._young, self._old):
            for bound, entries in generation.items():
                if bound.path.store == store:
                    for key in keys:
                        entry = entries.pop(key, None)
                        if entry is not None and generation is self._young:
                            self._bytes -= entry.size

    def drop_found(self, bound: BoundPath, keys: Sequence[Any], *, before: float) -> None:
        """Drop the values of these keys whose reads began before this time."""
        for generation in (self._young, self._old):
            entries = generation.get(bound, {})
            for key in keys:
                entry = entries.get(key)
                if entry is not None and entry.began < before:
                    del entries[key]
                    if generation is self._young:
                        self._bytes -= entry.size

    def drop_paths(self, matches: Callable[[Any], bool]) -> None:
        """Drop all values of the paths that match."""
        for generation in (self._young, self._old):
            for bound in [each for each in generation if matches(each.path)]:
                entries = generation.pop(bound)
                if generation is self._young:
                    self._bytes -= sum(entry.size for entry in entries.values())

    def clear(self) -> None:
        """Drop all values."""
        self._young, self._old, self._bytes = {}, {}, 0

    def _add(self, bound: BoundPath, key: Any, entry: Entry) -> None:
        entries = self._young.get(bound)
        size = entry.size if entries is not None else entry.size + PATH_BYTES + size_of(bound.args)
        if size > self._half:
            return
        if self._bytes + size > self._half:
            self._dropped(sum(map(len, self._old.values())))
            self._old, self._young, self._bytes = self._young, {}, 0
            entries = None
        if entries is None:
            entries = self._young[bound] = {}
        replaced = entries.get(key)
        if replaced is not None and replaced.began > entry.began:
            return
        self._bytes += size - (0 if replaced is None else replaced.size)
        entries[key] = entry
