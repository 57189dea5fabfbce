"""The event loop: how late it runs what is due, since work that blocks it delays every client, and its tasks."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic

from prometheus_client import CollectorRegistry, Histogram

from gateway.observability.metrics.scraped import one, scrape_gauge
from stores.cancellation import cancel_and_wait

INTERVAL = 0.25
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


def loop_lag(registry: CollectorRegistry) -> Histogram:
    """The metric of the lag."""
    return Histogram(
        "quadrangle_event_loop_lag_seconds",
        "How much later than due the event loop ran a timer, four times a second",
        buckets=SECONDS,
        registry=registry,
    )


def count_tasks(registry: CollectorRegistry) -> None:
    """Let a registry count the tasks of the event loop in which it is read."""
    scrape_gauge(registry, "quadrangle_tasks", "Tasks of the event loop", lambda: one(len(asyncio.all_tasks())))


@asynccontextmanager
async def sampling_lag(
    lag: Histogram,
    *,
    clock: Callable[[], float] = monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[None]:
    """Sample the lag of this event loop until the block ends. `clock` and `sleep` are those of the loop."""

    async def sample() -> None:
        while True:
            due = clock() + INTERVAL
            await sleep(INTERVAL)
            lag.observe(max(0.0, clock() - due))

    task = asyncio.create_task(sample(), name="lag of the event loop")
    try:
        yield
    finally:
        await cancel_and_wait([task])
