"""Pings each store every second. The pings are what /readyz shows, and they close the breakers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from gateway.resilience.store_guards import PING_INTERVAL, StoreGuards
from resolvers.health import Health
from stores.cancellation import cancel_and_wait


@asynccontextmanager
async def probing(
    health: Health, guards: StoreGuards, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> AsyncIterator[None]:
    """Ping each store every second until the block ends. The first pings have ended when it begins."""
    stores = list(health.stores.by_name())
    first = await asyncio.gather(*(_ping(health, guards, store) for store in stores))
    tasks = [
        asyncio.create_task(_repeat(health, guards, store, began=began, sleep=sleep), name=f"pings of {store}")
        for store, began in zip(stores, first, strict=True)
    ]
    try:
        with health.probed():
            yield
    finally:
        await cancel_and_wait(tasks)
        await health.aclose()


async def _repeat(
    health: Health, guards: StoreGuards, store: str, *, began: float, sleep: Callable[[float], Awaitable[None]]
) -> None:
    while True:
        await sleep(max(0.0, began + PING_INTERVAL.total_seconds() - guards.clock()))
        began = await _ping(health, guards, store)


async def _ping(health: Health, guards: StoreGuards, store: str) -> float:
    began = guards.clock()
    answered = await health.ping(store)
    guards.pinged(store, answered=answered, began=began)
    return began
