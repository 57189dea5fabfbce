"""Publish what this process commits: by a relay within the process, or by relays elsewhere."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.relay.announcement import announce_commits
from gateway.relay.delivery_trace import DeliveryTraces
from gateway.relay.observer import RelayObserver
from gateway.relay.relay import Relay
from resolvers.data.store_calls import Failures
from stores.cancellation import cancel_and_wait
from stores.ports.stores import Stores

log = logging.getLogger("quadrangle.relay")


@asynccontextmanager
async def publishing(
    stores: Stores,
    *,
    where: str,
    holder: str,
    failures: Failures,
    observer: RelayObserver | None = None,
    traces: DeliveryTraces | None = None,
) -> AsyncIterator[None]:
    """Publish until the block ends. `where`: `embedded` runs a relay named `holder` here; `external` signals the relays
    that run elsewhere. `traces`: None if deliveries are not traced."""
    relay = Relay(stores, holder=holder, failures=failures, observer=observer, traces=traces)
    work = relay.run() if where == "embedded" else announce_commits(stores)
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await cancel_and_wait([task])
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("publishing ended by an error", exc_info=error)
