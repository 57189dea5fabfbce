"""Pings each store every second. The pings are what /readyz shows, and they open and close the breakers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic

from gateway.resilience.store_guards import PING_INTERVAL, StoreGuards
from resolvers.health import Health
from stores.cancellation import cancel_and_wait


@asynccontextmanager
async def probing(
    health: Health,
    guards: StoreGuards | None = None,
    *,
    clock: Callable[[], float] = monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[None]:
    """Ping each store every second until the block ends. The first pings have ended when it begins. `clock` is that of
    `guards`, which count each ping; None: the process makes no calls that are guarded."""
    pings = _Pings(health, guards, clock, sleep)
    stores = list(health.stores.by_name())
    first = await asyncio.gather(*map(pings.ping, stores))
    tasks = [
        asyncio.create_task(pings.repeat(store, began), name=f"pings of {store}")
        for store, began in zip(stores, first, strict=True)
    ]
    try:
        with health.probed():
            yield
    finally:
        await cancel_and_wait(tasks)
        await health.aclose()


@dataclass(frozen=True, slots=True)
class _Pings:
    health: Health
    guards: StoreGuards | None
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]

    async def ping(self, store: str) -> float:
        """Ping a store; return when the ping began."""
        began = self.clock()
        answered = await self.health.ping(store)
        if self.guards is not None:
            self.guards.pinged(store, answered=answered, began=began)
        return began

    async def repeat(self, store: str, began: float) -> None:
        """Ping a store every second after a ping that began at this time."""
        while True:
            await self.sleep(max(0.0, began + PING_INTERVAL.total_seconds() - self.clock()))
            began = await self.ping(store)
