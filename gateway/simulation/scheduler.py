"""Work that falls due again and again, one thing at a time. A store that is away is waited for, and told of once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from stores.backoff import Backoff
from stores.cancellation import cancel_and_wait, cancel_requested
from stores.errors import StoreError

log = logging.getLogger("quadrangle.replay")

Now = Callable[[], datetime]
Wait = Callable[[float], Awaitable[None]]


class Step:
    """`work` says when it is to be done next. After a fault it is done again, after a pause that grows."""

    def __init__(self, name: str, work: Callable[[], Awaitable[datetime]], *, due: datetime) -> None:
        self.due = due
        self._name = name
        self._work = work
        self._backoff = Backoff()

    async def take(self, now: Now) -> None:
        try:
            self.due = await self._work()
        except Exception as error:  # what only shows something must not end what it is shown in
            if not self._backoff.failing:
                expected = isinstance(error, StoreError)
                why = str(error) if expected else "unexpected"
                log.log(
                    logging.WARNING if expected else logging.ERROR,
                    "%s waits: %s",
                    self._name,
                    why,
                    exc_info=None if expected else error,
                )
            self.due = now() + self._backoff.next_delay()
        else:
            if self._backoff.failing:
                log.info("%s goes on", self._name)
            self._backoff.reset()


async def steadily(steps: Sequence[Step], *, now: Now, wait: Wait) -> None:
    """Until it is cancelled, whichever step is due first."""
    while not cancel_requested():
        step = min(steps, key=lambda each: each.due)
        await wait(max(0.0, (step.due - now()) / timedelta(seconds=1)))
        await step.take(now)


@asynccontextmanager
async def meanwhile(work: Awaitable[None]) -> AsyncIterator[None]:
    """Work that ends with the block."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        await cancel_and_wait([task])
