"""Store calls of one operation: each within its store's deadline, counted, and listed for the trace."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from inspect import iscoroutine
from time import perf_counter
from typing import NamedTuple, Protocol, TypeVar

from resolvers.data.guarded_call import RunRead, guarded_call, read_twice
from resolvers.data.guards import UNGUARDED, CallKind, Guard, Guards
from resolvers.error_codes import ErrorCode
from resolvers.errors import RequestError
from resolvers.limits import DEFAULT_LIMITS, Limits
from stores.errors import CircuitOpen, OutOfTime, StoreError, TimedOut, Unavailable

log = logging.getLogger("quadrangle.limits")
T = TypeVar("T")
LONGEST_DELAY = 1.0
"""Seconds for which an operation awaits a shared read beyond the store's deadline. The read itself has that deadline,
but began a little later; if the operation gave up first, the guard would not learn that the store did not answer."""


class Batch(NamedTuple):
    """One store call, as the trace shows it: the port, the call, the number of keys, when it began (milliseconds after
    the operation), the milliseconds it took, and the code of its error."""

    store: str
    call: str
    keys: int
    start_ms: float
    ms: float
    code: str | None = None


class Failures(Protocol):
    """Where failed store calls are recorded; `Health` is one."""

    def failed(self, store: str, error: StoreError) -> None:
        """A call of this store failed just now. The driver's error is the `__context__` of `error`."""


@dataclass(slots=True, kw_only=True)
class StoreCalls:
    """Makes the store calls of one operation, or of one event of a subscription.

    `deadlines` are by store, and `limits` say how many calls may begin; `calls` is their number, and `batches` lists
    those that have ended. `began` is a time of `perf_counter`. `guards` admit the calls. `ends_at`: the time of the
    event loop by which they must end, None if there is none.
    """

    deadlines: Mapping[str, timedelta]
    failures: Failures
    guards: Guards = UNGUARDED
    limits: Limits = DEFAULT_LIMITS
    ends_at: float | None = None
    calls: int = 0
    batches: list[Batch] = field(default_factory=list)
    began: float = field(default_factory=perf_counter)

    async def call(self, store: str, name: str, keys: int, work: Awaitable[T], *, kind: CallKind = CallKind.WRITE) -> T:
        """Await one call of a store, which is not repeated, and add it to the trace.

        Raises as `guarded_call`. TOO_MANY_STORE_CALLS if the operation has made as many calls as it may.
        """
        try:
            return await self._run(store, name, keys, self.guards.of(store, kind), lambda on_start: work)
        finally:
            if iscoroutine(work):
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
        """As `call`, for a write that may wait in the store's queue for at most `max_wait`.

        `work` is given a function to call when its turn comes: the store's deadline counts from then on.
        """
        guard = self.guards.of(store, CallKind.WRITE)
        return await self._run(store, name, keys, guard, work, max_wait=max_wait.total_seconds())

    async def call_read(self, store: str, name: str, keys: int, read: Callable[[], Awaitable[T]]) -> T:
        """As `call`, for a read, which is made once more if the store is unavailable."""
        guard = self.guards.of(store, CallKind.READ)
        return await self._run(store, name, keys, guard, lambda on_start: read_twice(guard, read))

    async def call_shared_read(self, store: str, name: str, keys: int, fetch: Callable[[RunRead], Awaitable[T]]) -> T:
        """As `call_read`, for values that other operations may be reading. `fetch` is given what makes a read: it has
        the store's own deadline, however little time this operation has left, because others may await it."""
        return await self._run(
            store, name, keys, UNGUARDED, lambda on_start: fetch(self._read_for_all), grace=LONGEST_DELAY
        )

    async def _read_for_all(self, store: str, read: Callable[[], Awaitable[T]], /) -> T:
        guard, own = self.guards.of(store, CallKind.READ), self.deadlines[store].total_seconds()
        return await guarded_call(store, guard, lambda on_start: read_twice(guard, read), own=own, seconds=own)

    async def _run(
        self,
        store: str,
        name: str,
        keys: int,
        guard: Guard,
        work: Callable[[Callable[[], None]], Awaitable[T]],
        *,
        max_wait: float = 0.0,
        grace: float = 0.0,
    ) -> T:
        self._count_call()
        own = self.deadlines[store].total_seconds()
        seconds = own + grace
        if self.ends_at is not None:
            seconds = min(seconds, self.ends_at - asyncio.get_running_loop().time())
        started = perf_counter()
        code: str | None = None
        try:
            return await guarded_call(store, guard, work, own=own, seconds=seconds, max_wait=max_wait)
        except StoreError as error:
            code = error.code
            if isinstance(error, TimedOut | Unavailable) and not isinstance(error, CircuitOpen | OutOfTime):
                self.failures.failed(error.store, error)
            raise
        finally:
            ms = (perf_counter() - started) * 1000
            self.batches.append(Batch(store, name, keys, (started - self.began) * 1000, ms, code))

    def _count_call(self) -> None:
        """Count one call more, or raise TOO_MANY_STORE_CALLS."""
        most = self.limits.store_calls
        if self.calls >= most:
            if self.limits.enforced:
                raise RequestError(ErrorCode.TOO_MANY_STORE_CALLS, f"at most {most:,} store calls in one operation")
            if self.calls == most:
                log.warning("beyond a limit: storeCalls, at most %d", most)
        self.calls += 1
