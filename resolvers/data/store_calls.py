"""Store calls of one operation: each within its store's deadline, counted, and listed for the trace."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from inspect import iscoroutine
from time import perf_counter
from typing import NamedTuple, Protocol, TypeVar

from resolvers.error_codes import ErrorCode
from resolvers.errors import RequestError
from resolvers.limits import DEFAULT_LIMITS, Limits
from stores.cancellation import Deadline, cancel_requested
from stores.errors import StoreError, TimedOut, Unavailable

log = logging.getLogger("quadrangle.limits")
T = TypeVar("T")


class Batch(NamedTuple):
    """One store call, as the trace shows it: the port, the call, the number of keys, when it began (milliseconds after
    the operation) and the milliseconds it took."""

    store: str
    call: str
    keys: int
    start_ms: float
    ms: float


class Failures(Protocol):
    """Where failed store calls are recorded; `Health` is one."""

    def failed(self, store: str) -> None:
        """A call of this store failed just now."""


@dataclass(slots=True, kw_only=True)
class StoreCalls:
    """Makes the store calls of one operation, or of one event of a subscription.

    `deadlines` are by store, and `limits` say how many calls may begin; `calls` is their number, and `batches` lists
    those that have ended.
    """

    deadlines: Mapping[str, timedelta]
    failures: Failures
    limits: Limits = DEFAULT_LIMITS
    calls: int = 0
    batches: list[Batch] = field(default_factory=list)
    _began: float = field(default_factory=perf_counter)

    async def call(self, store: str, name: str, keys: int, work: Awaitable[T]) -> T:
        """Await one call of a store, a read or a write, within the store's deadline, and add it to the trace.

        Raises the store's `StoreError`, `TimedOut` after the deadline, and `Unavailable` if the driver cancels the
        call: a `CancelledError` that is not ours would end the caller without an error. TOO_MANY_STORE_CALLS if the
        operation has made as many as it may.
        """
        try:
            return await self.call_queued(store, name, keys, lambda on_start: work, max_wait=timedelta())
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
        """As `call`, for work that may wait in the store's queue for at most `max_wait`.

        `work` is given a function to call when its turn comes: the store's deadline counts from then on.
        """
        self._count_call()
        seconds = self.deadlines[store].total_seconds()
        started = perf_counter()
        try:
            with Deadline(max_wait.total_seconds() + seconds) as deadline:
                return await work(partial(deadline.restart, seconds))
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
            ms = (perf_counter() - started) * 1000
            self.batches.append(Batch(store, name, keys, (started - self._began) * 1000, ms))

    def _count_call(self) -> None:
        """Count one call more, or raise TOO_MANY_STORE_CALLS."""
        most = self.limits.store_calls
        if self.calls >= most:
            if self.limits.enforced:
                raise RequestError(ErrorCode.TOO_MANY_STORE_CALLS, f"at most {most:,} store calls in one operation")
            if self.calls == most:
                log.warning("beyond a limit: storeCalls, at most %d", most)
        self.calls += 1
