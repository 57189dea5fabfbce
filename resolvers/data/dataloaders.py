"""Reads of one operation: one store call for all keys that the fields of a level request.

Sets of keys (`key_sets.py`) are the base. aiodataloader serves what is resolved object by object: it collects the keys
of a level into a set. `access_paths.py` and its neighbours declare the paths.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

from aiodataloader import DataLoader

from resolvers.data.key_sets import NO_FAILURES, Arrived, KeyBatch, KeySets
from resolvers.data.shared_reads.sharing import Retention, Sharing
from resolvers.data.store_reads import StoreReads
from resolvers.viewer import NO_RIGHTS, Viewer
from stores.cancellation import cancel_requested, drop_error
from stores.ports.stores import Stores

K = TypeVar("K", bound=Hashable)
A = TypeVar("A", bound=Hashable)
V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)


@dataclass(frozen=True, slots=True, eq=False)
class StorePath(Generic[K, A, V_co]):
    """An access path that reads one store: many keys in one call.

    `store` and `call` name it in traces and errors. `read(stores, keys, args)` returns the values by key, without the
    keys that have none; `args` apply to all keys of a call. `batch_size` limits the keys of one call.
    `prime(loaders, found)` caches rows that came with the values and that another path would read again. `shared`: how
    long operations may share its values, None: not at all; `prime` is not called for shared values. `last_good`:
    which values are kept for when the store fails, None: none.
    """

    store: str
    call: str
    read: Callable[[Stores, Sequence[K], A], Awaitable[Mapping[K, V_co]]]
    batch_size: int = 100
    prime: Callable[["Loaders", Mapping[K, V_co]], None] | None = None
    shared: Sharing | None = None
    last_good: Retention | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DerivedPath(Generic[K, A, V_co]):
    """An access path that is computed from others. It reads them through the loaders, so it costs what they cost."""

    read: Callable[["Loaders", Sequence[K], A], Awaitable[Mapping[K, V_co]]]


AccessPath = StorePath[K, A, V] | DerivedPath[K, A, V]


@dataclass(slots=True, kw_only=True)
class Loaders(StoreReads):
    """The reads of one operation, or of one event of a subscription. Values are cached until it ends.

    `now` is the clock in UTC, and `viewer` decides what the visible paths return.
    """

    now: Callable[[], datetime]
    viewer: Viewer = NO_RIGHTS
    _sets: dict[tuple[object, object], KeySets[Any, Any]] = field(default_factory=dict)
    _loaders: dict[tuple[object, object], DataLoader[Any, Any]] = field(default_factory=dict)
    _collected: list[tuple[Any, Any, KeySets[Any, Any], KeyBatch[Any, Any]]] = field(default_factory=list)
    _starting: int = 0
    _cancelled: bool = False
    _reading: "set[asyncio.Task[Any]]" = field(default_factory=set)

    async def load(self, path: "AccessPath[K, A, V]", key: K, args: A) -> V | None:
        """Return the value of one key, None if it has none. Raises `StoreError`.

        All keys that are requested in the same turn of the event loop are read in one call.
        """
        found: V | None = await self._shielded(self._loader(path, args).load(key))
        return found

    def load_many(self, path: "AccessPath[K, A, V]", keys: Sequence[K], args: A) -> "asyncio.Future[Mapping[K, V]]":
        """The values of many keys, without the keys that have none. Raises `StoreError`."""
        future: asyncio.Future[Mapping[K, V]] = asyncio.get_running_loop().create_future()
        future.add_done_callback(drop_error)

        def arrived(known: Mapping[K, V | None], failures: Mapping[K, Exception]) -> None:
            if future.done():
                return
            if failures:
                future.set_exception(next(iter(failures.values())))
            else:
                future.set_result({key: value for key in keys if (value := known.get(key)) is not None})

        self._set(path, args).request(keys, arrived)
        return future

    def request(self, path: "AccessPath[K, A, V]", keys: Sequence[K], args: A, arrived: Arrived[K, V]) -> None:
        """Call `arrived` when all keys are read: at once if they are cached. For the compiled executor."""
        self._set(path, args).request(keys, arrived)

    def prime(self, path: "AccessPath[K, A, V]", key: K, args: A, value: V) -> None:
        """Cache a value that another path returned, so that this key is not read."""
        self._set(path, args).known.setdefault(key, value)

    def forget(self) -> None:
        """Drop all cached values, so that later loads see what was written in between."""
        self._sets.clear()
        self._loaders.clear()

    def cancel(self) -> None:
        """Cancel the reads under way, for an operation that is cancelled: each runs in a task of its own. Nothing is
        read afterwards until the next event begins."""
        self._cancelled = True
        for task in self._reading:
            task.cancel()
        self._collected.clear()
        self._starting = 0  # a task that is cancelled before its first step does not count itself
        self.forget()

    def begin_event(self) -> None:
        """Drop all cached values and the trace: each event of a subscription is executed like a query of its own."""
        self.forget()
        self._cancelled = False
        self.batches.clear()
        self.calls = 0

    def _set(self, path: "AccessPath[K, A, V]", args: A) -> KeySets[K, V]:
        found = self._sets.get((path, args))
        if found is None:
            found = self._sets[path, args] = KeySets(partial(self._begin, path, args))
        return found

    def _begin(self, path: "AccessPath[K, A, V]", args: A, sets: KeySets[K, V], batch: KeyBatch[K, V]) -> None:
        """Read a batch: that of a derived path in the next turn of the loop, that of a store path once all derived
        paths have requested what they need."""
        if self._cancelled:
            asyncio.get_running_loop().call_soon(sets.fail, batch, RuntimeError("the operation was cancelled"))
        elif isinstance(path, DerivedPath):
            self._starting += 1
            self._spawn(self._derive(path, args, sets, batch))
        else:
            self._collected.append((path, args, sets, batch))
            if len(self._collected) == 1:
                asyncio.get_running_loop().call_soon(self._dispatch)

    def _dispatch(self) -> None:
        if self._starting:
            asyncio.get_running_loop().call_soon(self._dispatch)
            return
        collected, self._collected = self._collected, []
        for path, args, sets, batch in collected:
            kept = {} if self.shared is None or path.shared is None else self.shared.kept(path, [*batch.keys], args)
            if len(kept) < len(batch.keys):
                self._spawn(self._read_store(path, args, sets, batch, kept))
            else:
                sets.close(batch)
                asyncio.get_running_loop().call_soon(sets.finish, batch, kept, NO_FAILURES)  # the others' calls first

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._cancelled_with_the_operation(asyncio.get_running_loop().create_task(work))

    def _cancelled_with_the_operation(self, task: "asyncio.Task[Any]") -> None:
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _derive(self, path: "DerivedPath[K, A, V]", args: A, sets: KeySets[K, V], batch: KeyBatch[K, V]) -> None:
        self._starting -= 1
        keys = sets.close(batch)
        try:
            found = await path.read(self, keys, args)
        except Exception as error:
            sets.fail(batch, error)
        except asyncio.CancelledError:
            if cancel_requested():
                raise
            sets.fail(batch, RuntimeError("a read was cancelled, and its operation was not"))
        else:
            sets.finish(batch, found, NO_FAILURES)

    async def _read_store(
        self,
        path: "StorePath[K, A, V]",
        args: A,
        sets: KeySets[K, V],
        batch: KeyBatch[K, V],
        kept: dict[K, V],
    ) -> None:
        """Read the keys of a batch except those whose shared values are `kept`."""
        keys, size = [key for key in sets.close(batch) if key not in kept], path.batch_size
        if len(keys) <= size:
            parts = [await self._read(path, keys, args)]
        else:
            chunks = [keys[start : start + size] for start in range(0, len(keys), size)]
            parts = await asyncio.gather(*(self._read(path, chunk, args) for chunk in chunks))
        failures: dict[K, Exception] = {}
        for some, failed in parts:
            kept.update(some)
            failures.update(failed)
        sets.finish(batch, kept, failures)

    async def _read(
        self, path: "StorePath[K, A, V]", keys: list[K], args: A
    ) -> tuple[Mapping[K, V], Mapping[K, Exception]]:
        """What one store call finds, and the error of each key without a value."""
        try:
            found, failures = await self.read(path, keys, args)
            if path.prime is not None:
                path.prime(self, found)
        except Exception as error:
            return {}, dict.fromkeys(keys, error)
        return found, failures

    def _loader(self, path: "AccessPath[K, A, V]", args: A) -> DataLoader[K, V | None]:
        loader = self._loaders.get((path, args))
        if loader is None:
            loader = self._loaders[path, args] = DataLoader(partial(self._load_batch, path, args))
        return loader

    async def _load_batch(self, path: "AccessPath[K, A, V]", args: A, keys: list[K]) -> list[Any]:
        """The value of each key, or its error in its place."""
        if (task := asyncio.current_task()) is not None:  # aiodataloader's, for this batch
            self._cancelled_with_the_operation(task)
        batch: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()

        def arrived(known: Mapping[K, V | None], failures: Mapping[K, Exception]) -> None:
            if not batch.done():
                batch.set_result([failures[key] if key in failures else known.get(key) for key in keys])

        self._set(path, args).request(keys, arrived)
        return await batch

    async def _shielded(self, future: "asyncio.Future[Any]") -> Any:
        """Await a loader's future, which all fields that requested the key share: cancelling one of the fields must not
        cancel the others."""
        future.add_done_callback(drop_error)
        return await asyncio.shield(future)
