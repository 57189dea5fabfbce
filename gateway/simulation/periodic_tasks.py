"""Runs work that falls due again and again, one task at a time, through outages of stores."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from gateway.runtime.store_retry import retry_delay
from stores.backoff import Backoff
from stores.cancellation import cancel_and_wait, cancel_requested
from stores.errors import StoreError

log = logging.getLogger("quadrangle.simulation")

Now = Callable[[], datetime]
Wait = Callable[[float], Awaitable[None]]
"""Waits for a number of seconds."""


class PeriodicTask:
    """`work` returns when it is due next. After an error it is retried with growing delays; the first error of an
    outage is logged, and its end."""

    def __init__(self, name: str, work: Callable[[], Awaitable[datetime]], *, due: datetime) -> None:
        self.due = due
        self._name = name
        self._work = work
        self._backoff = Backoff()

    async def run(self, now: Now) -> None:
        """Do the work once. Raises no error: the simulation must not end the gateway that it runs in."""
        try:
            self.due = await self._work()
        except Exception as error:
            if not self._backoff.failing:
                self._log_failure(error)
            self.due = now() + retry_delay(error, self._backoff)
        else:
            if self._backoff.failing:
                log.info("%s: recovered", self._name)
            self._backoff.reset()

    def _log_failure(self, error: Exception) -> None:
        if isinstance(error, StoreError):
            log.warning("%s: retrying after %s", self._name, error)
        else:
            log.error("%s: retrying after an unexpected error", self._name, exc_info=error)


async def run_periodically(tasks: Sequence[PeriodicTask], *, now: Now, wait: Wait) -> None:
    """Run the task that is due first, again and again, until cancelled."""
    while not cancel_requested():
        task = min(tasks, key=lambda each: each.due)
        await wait(max(0.0, (task.due - now()) / timedelta(seconds=1)))
        await task.run(now)


@asynccontextmanager
async def in_background(work: Awaitable[None]) -> AsyncIterator[None]:
    """Run `work` beside the block, and cancel it when the block ends."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        await cancel_and_wait([task])
