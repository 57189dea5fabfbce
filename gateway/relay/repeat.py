"""Background work of a relay that repeats until it is cancelled, whatever fails."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from resolvers.data.store_calls import Failures
from stores.backoff import Backoff
from stores.cancellation import cancel_requested
from stores.errors import StoreError, TimedOut, Unavailable

log = logging.getLogger("quadrangle.relay")


async def repeat(
    name: str, work: Callable[[], Awaitable[object]], *, pause: float, backoff: Backoff, failures: Failures
) -> None:
    """Run `work` until the task is cancelled, `pause` seconds apart. After an error retry with `backoff`. `failures`
    logs that a store does not answer; the first other error is logged here, and the recovery. An unexpected error is
    retried as well: it must not end all publishing."""
    logged = False
    while not cancel_requested():
        try:
            await work()
        except Exception as error:
            if isinstance(error, StoreError):
                failures.failed(error.store, error)
            if not logged and not isinstance(error, Unavailable | TimedOut):
                logged = True
                expected = isinstance(error, StoreError | TimeoutError)
                log.log(logging.WARNING if expected else logging.ERROR, "%s failed, retrying", name, exc_info=error)
            await asyncio.sleep(backoff.next_delay() / timedelta(seconds=1))
            continue
        backoff.reset()
        if logged:
            logged = False
            log.warning("%s works again", name)
        await asyncio.sleep(pause)
