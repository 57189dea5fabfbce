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
    those that have ended. `began` is a time of `perf_counter`.
    """

    deadlines: Mapping[str, timedelta]
    failures: Failures
    limits: Limits = DEFAULT_LIMITS
    calls: int = 0
    batches: list[Batch] = field(default_factory=list)
    began: float = field(default_factory=perf_counter)

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
        code: str | None = None
        try:
            with Deadline(max_wait.total_seconds() + seconds) as deadline:
                return await work(partial(deadline.restart, seconds))
        except TimeoutError:
            code = TimedOut.code
            raise self._failed(TimedOut(store, "no answer within its deadline")) from None
        except asyncio.CancelledError:
            if cancel_requested():
                raise
            code = Unavailable.code
            raise self._failed(Unavailable(store, "the driver cancelled the call")) from None
        except StoreError as error:
            code = error.code
            if isinstance(error, TimedOut | Unavailable):
                self._failed(error)
            raise
        finally:
            ms = (perf_counter() - started) * 1000
            self.batches.append(Batch(store, name, keys, (started - self.began) * 1000, ms, code))

    def _failed(self, error: StoreError) -> StoreError:
        self.failures.failed(error.store, error)
        return error

    def _count_call(self) -> None:
        """Count one call more, or raise TOO_MANY_STORE_CALLS."""
        most = self.limits.store_calls
        if self.calls >= most:
            if self.limits.enforced:
                raise RequestError(ErrorCode.TOO_MANY_STORE_CALLS, f"at most {most:,} store calls in one operation")
            if self.calls == most:
                log.warning("beyond a limit: storeCalls, at most %d", most)
        self.calls += 1
