"""A gateway on a real socket, over memory stores with sample data."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import strawberry
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from gateway.http.app import build_app
from gateway.http.auth.access import Access
from gateway.http.metrics.process_metrics import ProcessMetrics
from gateway.http.server import address_of, bind, serve
from gateway.http.websocket.connection import DEFAULT_LIMITS, ConnectionLimits
from gateway.observability.tracing.tracing import Tracing
from gateway.runtime.shutdown import Shutdown
from stores.domain.rates import Rate
from tests.gateway.app_client import ANONYMOUS_ACCESS, NO_SETTINGS, sample_stores, settings_of
from tests.gateway.controlled_subscriptions import Sources, schema_with
from tests.resolvers import world


@dataclass(frozen=True, slots=True)
class ServedGateway:
    url: str
    sources: Sources
    stop: Any
    served: "asyncio.Task[None]"

    def socket(
        self,
        *,
        path: str = "/graphql",
        host_header: str | None = None,
        subprotocols: tuple[str, ...] = ("graphql-transport-ws",),
        **more: Any,
    ) -> connect:
        host, _, port = self.url.removeprefix("http://").partition(":")
        offered = [Subprotocol(each) for each in subprotocols]
        address = f"ws://{host_header or f'{host}:{port}'}{path}"
        return connect(address, host=host, port=int(port), subprotocols=offered, proxy=None, **more)


@asynccontextmanager
async def serve_gateway(
    settings: Mapping[str, str] = NO_SETTINGS,
    *,
    access: Access = ANONYMOUS_ACCESS,
    limits: ConnectionLimits = DEFAULT_LIMITS,
    ping: float = 20,
    now: Callable[[], datetime] = lambda: world.NOW,
    schema: strawberry.Schema | None = None,
    loopback_origins: bool = False,
    rate: Rate | None = None,
    tracing: Tracing | None = None,
    metrics: ProcessMetrics | None = None,
    metrics_socket: socket.socket | None = None,
    **stores: Any,
) -> AsyncIterator[ServedGateway]:
    """Serve until the block ends. The default schema is that of controlled_subscriptions.py."""
    sources, ready, shutdown = Sources(), asyncio.Event(), Shutdown(lambda: None)
    read = settings_of(settings, rate)
    app = build_app(
        read,
        schema=schema or schema_with(sources),
        open_stores=sample_stores(**stores),
        access=access,
        now=now,
        new_id=lambda: "request-1",
        loopback_origins=loopback_origins,
        limits=limits,
        tracing=tracing,
        metrics=metrics,
        metrics_socket=metrics_socket,
    )
    thresholds = gc.get_threshold()
    with bind("127.0.0.1", 0) as bound:
        serving = serve(
            app,
            bound,
            shutdown=shutdown,
            settings=read.http,
            ping=timedelta(seconds=ping),
            refusals=None if metrics is None else metrics.refusals,
            on_ready=ready.set,
        )
        served = asyncio.create_task(serving)
        await ready.wait()
        try:
            yield ServedGateway(address_of(bound), sources, shutdown.request, served)
        finally:
            if not served.done():
                shutdown.request()
            await served
            gc.unfreeze()
            gc.set_threshold(*thresholds)
