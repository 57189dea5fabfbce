"""The values that operations share, and the store calls under way."""

import asyncio
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any, Protocol, TypeVar

from resolvers.data.guarded_call import RunRead, unguarded_read
from resolvers.data.shared_reads.flight import Flight
from resolvers.data.shared_reads.freshness import BRIEF_SECONDS, Freshness
from resolvers.data.shared_reads.kept_values import BoundPath, KeptValues
from resolvers.data.shared_reads.last_good import LastGood
from resolvers.data.shared_reads.read_counts import ReadCounts
from resolvers.data.shared_reads.sharing import SharedPath, Sharing
from stores.cancellation import cancel_and_wait
from stores.errors import StoreError, TimedOut, Unavailable
from stores.ports.stores import Stores

K = TypeVar("K", bound=Hashable)
A = TypeVar("A", bound=Hashable)
V = TypeVar("V")


class Clock(Protocol):
    """A monotonic clock."""

    def __call__(self) -> float:
        """The time in seconds."""


class SharedReads:
    """One per process. `counts` says what it saved.

    `most_bytes` is for all values; each kind of sharing has a third of it, so that none displaces another. `ttl` is for
    announced values. `unannounced`: the stores whose writes are not announced to this process. What is read is kept in
    `last_good`, too.
    """

    def __init__(
        self,
        *,
        most_bytes: int,
        ttl: timedelta,
        unannounced: Collection[str] = (),
        last_good: LastGood | None = None,
        clock: Clock = monotonic,
    ) -> None:
        self.counts = ReadCounts()
        self.clock = clock
        self._last_good = last_good
        self._freshness = Freshness(ttl=ttl, unannounced=unannounced)
        self._kept = {each: KeptValues(most_bytes // len(Sharing), dropped=self._displaced) for each in Sharing}
        self._under_way: dict[BoundPath, dict[Any, Flight[Any, Any]]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def kept(self, path: SharedPath[K, A, V], keys: Sequence[K], args: A) -> dict[K, V]:
        """The values of these keys that are kept and fresh. The path must be shared."""
        sharing = _sharing(path)
        oldest = self._freshness.oldest(sharing, path.store, self.clock())
        found = self._kept[sharing].find(BoundPath(path, args), keys, oldest=oldest)
        self.counts.of(path.store, path.call).hits += len(found)
        return {key: entry.value for key, entry in found.items()}

    async def fetch(
        self, path: SharedPath[K, A, V], keys: Sequence[K], args: A, stores: Stores, run: RunRead = unguarded_read
    ) -> Mapping[K, V]:
        """Read these keys: those that are being read are awaited, the others are read in one call, which `run` makes.
        Keys without a value are absent. Raises `StoreError`."""
        flights = self._flights(path, keys, args, stores, run)
        for flight in flights:
            flight.join()
        try:
            found: dict[K, V] = {}
            for flight, its in flights.items():
                values = await self._values(flight, path, its, args, stores, run)
                found.update({key: values[key] for key in its if key in values})
            return found
        finally:
            for flight in flights:
                if flight.leave():
                    self.counts.cancelled += 1
                    self._remove(BoundPath(path, args), flight)

    def invalidate(self, store: str, keys: Collection[Hashable]) -> None:
        """Serve nothing that was read of these keys before now. Calls under way answer those that await them."""
        self.counts.invalidated += len(keys)
        self._kept[Sharing.ANNOUNCED].drop(store, keys)
        if self._last_good is not None:
            self._last_good.drop(store, keys)
        for under_way in self._announced_under_way(store):
            for key in keys:
                if (flight := under_way.pop(key, None)) is not None:
                    flight.stale.add(key)

    def invalidate_all(self) -> None:
        """Invalidate all keys of all stores whose writes are announced."""
        self._kept[Sharing.ANNOUNCED].clear()
        for under_way in self._announced_under_way(None):
            for key, flight in under_way.items():
                flight.stale.add(key)
            under_way.clear()

    def confirm(self, at: float) -> None:
        """All that was announced before this time, of `clock`, has been received."""
        self._freshness.confirm(at)

    async def aclose(self) -> None:
        """Cancel the calls under way."""
        await cancel_and_wait(self._tasks)

    def _flights(
        self, path: SharedPath[K, A, V], keys: Sequence[K], args: A, stores: Stores, run: RunRead
    ) -> dict[Flight[K, V], list[K]]:
        """The calls that read these keys, each with its keys. One is started for those that no other call reads, or one
        that began long ago: its connection may be dead, and others would join it for as long as some wait for it."""
        bound = BoundPath(path, args)
        now = self.clock()
        oldest = max(self._freshness.oldest(_sharing(path), path.store, now), now - BRIEF_SECONDS)
        under_way = self._under_way.setdefault(bound, {})
        flights: dict[Flight[K, V], list[K]] = {}
        alone: list[K] = []
        for key in keys:
            flight = under_way.get(key)
            if flight is None or flight.began < oldest:
                if flight is not None:
                    flight.stale.add(key)
                alone.append(key)
            else:
                flights.setdefault(flight, []).append(key)
        counts = self.counts.of(path.store, path.call)
        counts.joined += len(keys) - len(alone)
        counts.reads += len(alone)
        if alone:
            own: Flight[K, V] = Flight(alone, began=now)
            flights[own] = alone
            under_way.update(dict.fromkeys(alone, own))
            task = own.start(self._read(bound, own, path, args, stores, run))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return flights

    async def _read(
        self, bound: BoundPath, flight: Flight[K, V], path: SharedPath[K, A, V], args: A, stores: Stores, run: RunRead
    ) -> Mapping[K, V]:
        try:
            found = await run(path.store, lambda: path.read(stores, flight.keys, args))
        finally:
            self._remove(bound, flight)
        self.counts.outdated += len(flight.stale)
        fresh = {key: value for key, value in found.items() if key not in flight.stale} if flight.stale else found
        self._kept[_sharing(path)].put(bound, fresh, began=flight.began)
        if self._last_good is not None:
            self._last_good.keep(path, args, flight.keys, found, began=flight.began)
        return found

    async def _values(
        self, flight: Flight[K, V], path: SharedPath[K, A, V], keys: list[K], args: A, stores: Stores, run: RunRead
    ) -> Mapping[K, V]:
        try:
            return await flight.values()
        except (Unavailable, TimedOut):
            raise
        except StoreError:
            if len(flight.keys) == len(keys):
                raise
            # The store refuses a key that another operation asked for.
            return await run(path.store, lambda: path.read(stores, keys, args))

    def _remove(self, bound: BoundPath, flight: Flight[Any, Any]) -> None:
        """Let no further operation join this call."""
        under_way = self._under_way.get(bound)
        if under_way is None:
            return
        for key in flight.keys:
            if under_way.get(key) is flight:
                del under_way[key]
        if not under_way:
            del self._under_way[bound]

    def _announced_under_way(self, store: str | None) -> Iterator[dict[Any, Flight[Any, Any]]]:
        for bound, under_way in self._under_way.items():
            if bound.path.shared is Sharing.ANNOUNCED and store in (None, bound.path.store):
                yield under_way

    def _displaced(self, values: int) -> None:
        self.counts.displaced += values


def _sharing(path: SharedPath[K, A, V]) -> Sharing:
    if path.shared is None:
        raise ValueError(f"{path.store}.{path.call} must not be shared")
    return path.shared
