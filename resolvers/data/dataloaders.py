"""The data loaders: one store call for all keys of a level, with a deadline, a batch limit, timing and error mapping.

aiodataloader collects the keys. `access_paths.py` declares the paths, and `store_field` awaits them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import perf_counter
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from aiodataloader import DataLoader

from stores.cancellation import preserve_cancellation
from stores.errors import StoreError, TimedOut, Unavailable
from stores.ports.stores import Stores

K = TypeVar("K", bound=Hashable)
A = TypeVar("A", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")
V_co = TypeVar("V_co", covariant=True)


class Batch(NamedTuple):
    """One store call: what the trace shows."""

    store: str
    call: str
    keys: int
    ms: float


class Failures(Protocol):
    """Whoever wants to know that a store failed (health does)."""

    def failed(self, store: str) -> None: ...


@dataclass(frozen=True, slots=True, eq=False)
class StorePath(Generic[K, A, V_co]):
    """An access path: many keys of one store, in one call. `args` are what all keys of a call have in common."""

    store: str
    call: str
    read: Callable[[Stores, Sequence[K], A], Awaitable[Mapping[K, V_co]]]
    cap: int = 100


@dataclass(frozen=True, slots=True, eq=False)
class DerivedPath(Generic[K, A, V_co]):
    """An access path made of others: what it reads, it reads through the loaders, so it costs what those cost."""

    read: Callable[["Loaders", Sequence[K], A], Awaitable[Mapping[K, V_co]]]


AccessPath = StorePath[K, A, V] | DerivedPath[K, A, V]


@dataclass(slots=True)
class Loaders:
    """The loaders of one operation, or of one event of a subscription: one for each path and arguments in use.
    `batches` is what they cost so far."""

    stores: Stores
    deadlines: Mapping[str, timedelta]
    failures: Failures
    viewer: Any
    batches: list[Batch] = field(default_factory=list)
    _open: dict[tuple[object, object], DataLoader[Any, Any]] = field(default_factory=dict)

    async def load(self, path: "AccessPath[K, A, V]", key: K, args: A) -> V | None:
        """The value of one key, None where there is none. Batched with all others that ask in the same turn."""
        found: V | None = await self._shielded(self._loader(path, args).load(key))
        return found

    async def load_many(self, path: "AccessPath[K, A, V]", keys: Sequence[K], args: A) -> Mapping[K, V]:
        """The values of many keys; those without one are absent."""
        values = await self._shielded(asyncio.gather(*map(self._loader(path, args).load, keys)))
        return {key: value for key, value in zip(keys, values, strict=True) if value is not None}

    async def _shielded(self, future: "asyncio.Future[Any]") -> Any:
        """A loader's future is shared by every field that asked for its key: a cancelled sibling must not take it
        along, and an error that nobody is left to receive must not be logged with its text."""
        future.add_done_callback(_retrieve)
        return await asyncio.shield(future)

    def prime(self, path: "AccessPath[K, A, V]", key: K, args: A, value: V) -> None:
        """Remember a value that another path brought along."""
        self._loader(path, args).prime(key, value)

    def _loader(self, path: "AccessPath[K, A, V]", args: A) -> DataLoader[K, V | None]:
        loader = self._open.get((path, args))
        if loader is None:

            async def batch(keys: list[K]) -> list[V | None]:
                found = await self._read(path, keys, args)
                return [found.get(key) for key in keys]

            cap = path.cap if isinstance(path, StorePath) else None
            loader = self._open[path, args] = DataLoader(batch, max_batch_size=cap)
        return loader

    async def call(self, store: str, name: str, keys: int, work: Awaitable[T]) -> T:
        """One call of a store, a read or a write: its deadline, its place in the trace, its faults made known."""
        return await self.call_queued(store, name, keys, lambda on_start: work, max_wait=timedelta())

    async def call_queued(
        self,
        store: str,
        name: str,
        keys: int,
        work: Callable[[Callable[[], None]], Awaitable[T]],
        *,
        max_wait: timedelta,
    ) -> T:
        """As `call`, for work that may wait in the store's queue, for `max_wait` at most. `work` gets a function to
        call when its turn comes: the store's deadline counts from then on."""
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
        except StoreError as error:
            if isinstance(error, TimedOut | Unavailable):
                self.failures.failed(store)
            raise
        finally:
            self.batches.append(Batch(store, name, keys, (perf_counter() - started) * 1000))

    def forget(self) -> None:
        """Read afresh from here on: something was written."""
        self._open.clear()

    def begin_event(self) -> None:
        """Read and count afresh from here on: each event of a subscription is a query of its own."""
        self.forget()
        self.batches.clear()

    async def _read(self, path: "AccessPath[K, A, V]", keys: list[K], args: A) -> Mapping[K, V]:
        if isinstance(path, DerivedPath):
            return await path.read(self, keys, args)
        try:
            return await self.call(path.store, path.call, len(keys), path.read(self.stores, keys, args))
        except asyncio.CancelledError:
            # A loader whose function is cancelled never answers: its waiters would hang for ever.
            raise Unavailable(path.store, "the call was cancelled") from None


def _retrieve(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()
