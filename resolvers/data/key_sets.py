"""Reads of one access path by sets of keys: keys that are requested in one turn of the event loop are read together.

A set has one callback, however many keys it has: no future and no task for a single key.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Arrived = Callable[[Mapping[K, V | None], Mapping[K, Exception]], None]
"""What is called when a set is there: the values that are known (None for a key without a value), and the errors of the
keys that could not be read. It must not raise."""
NO_FAILURES: Mapping[Any, Exception] = {}


class _Waiter(Generic[K, V]):
    """A set whose keys are in several batches."""

    __slots__ = ("arrived", "failures", "left")

    def __init__(self, left: int, arrived: "Arrived[K, V]", failures: Mapping[K, Exception]) -> None:
        self.left = left
        self.arrived = arrived
        self.failures = failures


class KeyBatch(Generic[K, V]):
    """The keys of one read, in the order in which they were requested, and the sets that wait for it."""

    __slots__ = ("keys", "waiters")

    def __init__(self) -> None:
        self.keys: dict[K, None] = {}
        self.waiters: list[_Waiter[K, V]] = []


class KeySets(Generic[K, V]):
    """What one path returned for one set of arguments, its errors included, and what is being read.

    `begin` is called with each new batch: it arranges that the batch is read once this turn of the event loop is over.
    """

    __slots__ = ("_begin", "_collecting", "_failed", "_reading", "known")

    def __init__(self, begin: Callable[["KeySets[K, V]", KeyBatch[K, V]], None]) -> None:
        self._begin = begin
        self.known: dict[K, V | None] = {}
        self._failed: dict[K, Exception] = {}
        self._reading: dict[K, KeyBatch[K, V]] = {}
        self._collecting: KeyBatch[K, V] | None = None

    def request(self, keys: Sequence[K], arrived: Arrived[K, V]) -> None:
        """Call `arrived` when all these keys are known or have failed: at once if they have by now. A key that failed
        is not read again: each level would call a store that does not answer."""
        known, reading, failed = self.known, self._reading, self._failed
        failures = {key: failed[key] for key in keys if key in failed} if failed else NO_FAILURES
        missing = [key for key in keys if key not in known and key not in failures] if known or failures else keys
        if not missing:
            arrived(known, failures)
            return
        under_way = {reading[key] for key in missing if key in reading} if reading else set()
        waited = list(under_way)
        if not under_way or any(key not in reading for key in missing):
            waited = list(under_way | {self._collect(missing)})
        waiter: _Waiter[K, V] = _Waiter(len(waited), arrived, failures)
        for batch in waited:
            batch.waiters.append(waiter)

    def _collect(self, keys: Sequence[K]) -> KeyBatch[K, V]:
        """The batch that the keys which are not under way are added to."""
        batch = self._collecting
        if batch is None:
            batch = self._collecting = KeyBatch()
            self._begin(self, batch)
        reading = self._reading
        new = dict.fromkeys([key for key in keys if key not in reading] if reading else keys, batch)
        batch.keys.update(dict.fromkeys(new))
        reading.update(new)
        return batch

    def close(self, batch: KeyBatch[K, V]) -> list[K]:
        """The keys of a batch that takes no more of them, because it is read now."""
        if self._collecting is batch:
            self._collecting = None
        return list(batch.keys)

    def fail(self, batch: KeyBatch[K, V], error: Exception) -> None:
        """`finish`, with the same error for all keys of a batch."""
        self.finish(batch, {}, dict.fromkeys(self.close(batch), error))

    def finish(self, batch: KeyBatch[K, V], found: Mapping[K, V], failures: Mapping[K, Exception]) -> None:
        """Store what a batch found, and call the sets for which it was the last."""
        known, reading = self.known, self._reading
        if len(reading) == len(batch.keys):
            reading.clear()
        else:
            for key in batch.keys:
                del reading[key]
        if failures:
            self._failed.update(failures)
            known.update((key, found.get(key)) for key in batch.keys if key not in failures)
        else:
            known.update(batch.keys)
            known.update(found)
        for waiter in batch.waiters:
            waiter.left -= 1
            if failures:
                waiter.failures = {**waiter.failures, **failures}
            if not waiter.left:
                waiter.arrived(known, waiter.failures)
