"""Data loaders: one store call for all keys that the fields of a level request, with deadline, batch size and trace.

aiodataloader collects the keys. `access_paths.py` and its neighbours declare the paths; `store_field` awaits them.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast

from aiodataloader import DataLoader

from resolvers.error_codes import ErrorCode
from resolvers.errors import RequestError
from resolvers.limits import DEFAULT_LIMITS, Limits
from resolvers.viewer import NO_RIGHTS, Viewer
from stores.cancellation import cancel_requested, preserve_cancellation
from stores.errors import StoreError, TimedOut, Unavailable
from stores.ports.stores import Stores

log = logging.getLogger("quadrangle.limits")
K = TypeVar("K", bound=Hashable)
A = TypeVar("A", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")
V_co = TypeVar("V_co", covariant=True)


class Batch(NamedTuple):
    """One store call, as the trace shows it: the port, the call, the number of keys and the milliseconds it took."""

    store: str
    call: str
    keys: int
    ms: float


class Failures(Protocol):
    """Where failed store calls are recorded; `Health` is one."""

    def failed(self, store: str) -> None:
        """A call of this store failed just now."""


@dataclass(frozen=True, slots=True, eq=False)
class StorePath(Generic[K, A, V_co]):
    """An access path that reads one store: many keys in one call.

    `store` and `call` name it in traces and errors. `read(stores, keys, args)` returns the values by key, without the
    keys that have none; `args` apply to all keys of a call. `batch_size` limits the keys of one call.
    `prime(loaders, found)` caches rows that came with the values and that another path would read again.
    """

    store: str
    call: str
    read: Callable[[Stores, Sequence[K], A], Awaitable[Mapping[K, V_co]]]
    batch_size: int = 100
    prime: Callable[["Loaders", Mapping[K, V_co]], None] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DerivedPath(Generic[K, A, V_co]):
    """An access path that is computed from others. It reads them through the loaders, so it costs what they cost."""

    read: Callable[["Loaders", Sequence[K], A], Awaitable[Mapping[K, V_co]]]


AccessPath = StorePath[K, A, V] | DerivedPath[K, A, V]


@dataclass(slots=True)
class Loaders:
    """The loaders of one operation, or of one event of a subscription: one for each path and arguments in use.

    `deadlines` are by store, `now` is the clock in UTC, `viewer` decides what the visible paths return, and `limits`
    how many store calls may begin; `calls` is their number, and `batches` lists those that have ended.
    """

    stores: Stores
    deadlines: Mapping[str, timedelta]
    failures: Failures
    now: Callable[[], datetime]
    viewer: Viewer = NO_RIGHTS
    limits: Limits = DEFAULT_LIMITS
    calls: int = 0
    batches: list[Batch] = field(default_factory=list)
    _open: dict[tuple[object, object], DataLoader[Any, Any]] = field(default_factory=dict)
    _reading: "set[asyncio.Task[Any]]" = field(default_factory=set)

    async def load(self, path: "AccessPath[K, A, V]", key: K, args: A) -> V | None:
        """Return the value of one key, None if it has none. Raises `StoreError`.

        All keys that are requested in the same turn of the event loop are read in one call.
        """
        found: V | None = await self._shielded(self._loader(path, args).load(key))
        return found

    async def load_many(self, path: "AccessPath[K, A, V]", keys: Sequence[K], args: A) -> Mapping[K, V]:
        """Return the values of many keys, without the keys that have none. Raises `StoreError`."""
        values = await self._shielded(asyncio.gather(*map(self._loader(path, args).load, keys)))
        return {key: value for key, value in zip(keys, values, strict=True) if value is not None}

    def prime(self, path: "AccessPath[K, A, V]", key: K, args: A, value: V) -> None:
        """Cache a value that another path returned, so that this key is not read."""
        self._loader(path, args).prime(key, value)

    async def call(self, store: str, name: str, keys: int, work: Awaitable[T]) -> T:
        """Await one call of a store, a read or a write, within the store's deadline, and add it to the trace.

        Raises the store's `StoreError`, `TimedOut` after the deadline, and `Unavailable` if the driver cancels the
        call: a `CancelledError` that is not ours would end the caller without an error. TOO_MANY_STORE_CALLS if the
        operation has made as many as it may.
        """
        try:
            return await self.call_queued(store, name, keys, lambda on_start: work, max_wait=timedelta())
        finally:
            if isinstance(work, Coroutine):
                work.close()  # one that was refused was not awaited

    async def call_queued(
        self,
        store: str,
        name: str,
        keys: int,
        work: Callable[[Callable[[], None]], Awaitable[T]],
        *,
        max_wait: timedelta,
    ) -> T:
        """As `call`, for work that may wait in the store's queue for at most `max_wait`.

        `work` is given a function to call when its turn comes: the store's deadline counts from then on.
        """
        self._count_call()
        now = asyncio.get_running_loop().time
        deadline = self.deadlines[store].total_seconds()

        def on_start() -> None:
            if not timeout.expired():
                timeout.reschedule(now() + deadline)

        started = perf_counter()
        try:
            async with asyncio.timeout(max_wait.total_seconds() + deadline) as timeout:
                with preserve_cancellation():
                    return await work(on_start)
        except TimeoutError:
            self.failures.failed(store)
            raise TimedOut(store, "no answer within its deadline") from None
        except asyncio.CancelledError:
            if cancel_requested():
                raise
            self.failures.failed(store)
            raise Unavailable(store, "the driver cancelled the call") from None
        except StoreError as error:
            if isinstance(error, TimedOut | Unavailable):
                self.failures.failed(store)
            raise
        finally:
            self.batches.append(Batch(store, name, keys, (perf_counter() - started) * 1000))

    def forget(self) -> None:
        """Drop all cached values, so that later loads see what was written in between."""
        self._open.clear()

    def cancel(self) -> None:
        """Cancel the reads under way, for an operation that is cancelled: each runs in a task of its own."""
        for task in self._reading:
            task.cancel()
        self.forget()

    def begin_event(self) -> None:
        """Drop all cached values and the trace: each event of a subscription is executed like a query of its own."""
        self.forget()
        self.batches.clear()
        self.calls = 0

    def _count_call(self) -> None:
        """Count one call more, or raise TOO_MANY_STORE_CALLS."""
        most = self.limits.store_calls
        if self.calls >= most:
            if self.limits.enforced:
                raise RequestError(ErrorCode.TOO_MANY_STORE_CALLS, f"at most {most:,} store calls in one operation")
            if self.calls == most:
                log.warning("beyond a limit: storeCalls, at most %d", most)
        self.calls += 1

    def _loader(self, path: "AccessPath[K, A, V]", args: A) -> DataLoader[K, V | None]:
        loader = self._open.get((path, args))
        if loader is None:
            size = path.batch_size if isinstance(path, StorePath) else None
            loader = self._open[path, args] = DataLoader(partial(self._batch, path, args), max_batch_size=size)
        return loader

    async def _batch(self, path: "AccessPath[K, A, V]", args: A, keys: list[K]) -> list[V | None]:
        task = cast("asyncio.Task[Any]", asyncio.current_task())  # aiodataloader runs each batch in a task
        self._reading.add(task)
        try:
            found = await self._read(path, keys, args)
        finally:
            self._reading.discard(task)
        return [found.get(key) for key in keys]

    async def _read(self, path: "AccessPath[K, A, V]", keys: list[K], args: A) -> Mapping[K, V]:
        if isinstance(path, DerivedPath):
            return await path.read(self, keys, args)
        found = await self.call(path.store, path.call, len(keys), path.read(self.stores, keys, args))
        if path.prime is not None:
            path.prime(self, found)
        return found

    async def _shielded(self, future: "asyncio.Future[Any]") -> Any:
        """Await a loader's future, which all fields that requested the key share.

        Cancelling one of the fields must not cancel the others, and an error that no field receives any more must not
        be logged by asyncio, because its text may be secret.
        """
        future.add_done_callback(_retrieve)
        return await asyncio.shield(future)


def _retrieve(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()
