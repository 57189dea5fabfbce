"""Repeating calls of a store that failed, for commands that write a lot and must survive a short outage."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import TypeVar

from gateway.runtime.errors import CommandError
from stores.backoff import Backoff
from stores.errors import NotSupported, ReadOnly, Rejected, RetryLater, StoreError

T = TypeVar("T")
PERMANENT = (Rejected, ReadOnly, NotSupported)


class StoreGaveUp(CommandError):
    """A store kept failing until the retries ended. Repeating the command continues where it stopped."""

    def __init__(self, error: StoreError, retried_for: timedelta) -> None:
        seconds = retried_for / timedelta(seconds=1)
        super().__init__(
            f"{error} (retried for {seconds:.0f} s); repeat the command to continue where it stopped",
        )


def ignore_retry(error: StoreError) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRetry:
    """How calls of a store are repeated: with growing delays until `limit` has passed since the first failure.

    `on_outage` is called with the first error of each call that fails; `wait` takes seconds, `now` returns them."""

    limit: timedelta = timedelta(minutes=1)
    on_outage: Callable[[StoreError], object] = ignore_retry
    now: Callable[[], float] = monotonic
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def call(self, operation: Callable[[], Awaitable[T]]) -> T:
        """The result of `operation`, which must be idempotent: a failed attempt may have written.

        Raises errors of `PERMANENT` at once, because a repetition would fail too, and `StoreGaveUp` after `limit`."""
        backoff = Backoff()
        deadline = None
        while True:
            try:
                return await operation()
            except PERMANENT:
                raise
            except StoreError as error:
                if deadline is None:
                    deadline = self.now() + self.limit / timedelta(seconds=1)
                    self.on_outage(error)
                delay = retry_delay(error, backoff) / timedelta(seconds=1)
                if self.now() + delay > deadline:
                    raise StoreGaveUp(error, self.limit) from error
            await self.wait(delay)


RETRY_FOR_A_MINUTE = StoreRetry()


def announced_retry(announce: Callable[[str], object]) -> StoreRetry:
    """Retries for a minute. `announce` gets a line for the user at the start of each outage."""
    return StoreRetry(on_outage=lambda error: announce(f"{error}; retrying for up to a minute"))


def retry_delay(error: Exception, backoff: Backoff) -> timedelta:
    """How long to wait after this failure: what the store asks for, if it does, else the next delay of `backoff`."""
    delay = backoff.next_delay()
    if isinstance(error, RetryLater):
        return max(delay, timedelta(milliseconds=error.retry_after_ms))
    return delay
