"""Measures a process and serves what it measures."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import datetime

from gateway.http.metrics.backlog_reader import BacklogReader
from gateway.http.metrics.listener import listening
from gateway.http.metrics.process_metrics import ProcessMetrics
from gateway.http.metrics.store_metrics import StoreMetrics
from gateway.observability.metrics.event_loop import count_tasks, sampling_lag
from resolvers.health import Health
from stores.ports.outbox import Outbox


@asynccontextmanager
async def serving_metrics(
    bound: socket.socket | None,
    metrics: ProcessMetrics,
    health: Health,
    outbox: Outbox,
    *,
    now: Callable[[], datetime],
) -> AsyncIterator[None]:
    """Measure the event loop and the stores until the block ends, and serve all metrics of the process on a bound
    socket; None: nowhere."""
    async with aclosing(BacklogReader(outbox, now=now)) as backlog:
        stores = StoreMetrics(metrics.registry, health, backlog)
        count_tasks(metrics.registry)
        async with sampling_lag(metrics.loop_lag), listening(bound, metrics, health, refresh=stores.refresh):
            yield
