"""Serves /metrics, /livez and /readyz apart from the clients' port."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from errno import EADDRINUSE
from functools import partial
from ipaddress import ip_address

import uvicorn
from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.config.groups.metrics import HIGHEST_PORT, MetricsSettings
from gateway.http.bounds.connection_limit import ConnectionBounds
from gateway.http.bounds.http_protocol import HttpProtocol
from gateway.http.error_responses import error_response
from gateway.http.health import health_routes
from gateway.http.metrics.process_metrics import ProcessMetrics
from gateway.http.server import LOOPBACK_NAMES, bound_socket, is_loopback
from gateway.observability.metrics.registry import Scrape
from gateway.observability.refusals import Refusals
from gateway.runtime.errors import CommandError
from resolvers.health import Health

log = logging.getLogger("quadrangle.metrics")
BACKLOG = 32
MOST_CONNECTIONS = 64


@contextmanager
def bind_metrics(
    settings: MetricsSettings, *, process: int | None = None, beside: socket.socket | None = None
) -> Iterator[socket.socket | None]:
    """A socket that listens, None if there is none. `process`: the number of this process among several; its port is
    that of the settings plus this. `beside`: the socket of clients, which does not listen yet. Raises `CommandError` if
    a port that the settings name is not free; the default port may belong to another gateway of this machine.

    It listens at once: of two processes that have bound a port, the second one fails only when it listens."""
    address = settings.listen
    if address is None:
        yield None
        return
    host, port = address.host, address.port + (process or 0) if address.port else 0
    if port > HIGHEST_PORT:
        raise CommandError(
            f"GATEWAY_METRICS_LISTEN: process {process} would have port {port}; {HIGHEST_PORT} is the last"
        )
    try:
        bound = listening_socket(host, port, beside)
    except OSError as error:
        if not settings.is_default:
            raise CommandError(
                f"GATEWAY_METRICS_LISTEN: cannot listen on {host} port {port}: {error.strerror}"
            ) from None
        log.warning(
            "metrics are not served: set GATEWAY_METRICS_LISTEN to a free address, or to off",
            extra={"address": f"{host}:{port}", "reason": error.strerror},
        )
        yield None
        return
    with bound:
        yield bound


def is_same_address(one: socket.socket, other: socket.socket) -> bool:
    """Whether only one of two bound sockets can listen."""
    (host, port, *_), (other_host, other_port, *_) = one.getsockname(), other.getsockname()
    if port != other_port:
        return False
    return host == other_host or any(ip_address(each).is_unspecified for each in (host, other_host))


def listening_socket(host: str, port: int, beside: socket.socket | None) -> socket.socket:
    """A socket that listens. Raises `OSError`."""
    bound = bound_socket(host, port)
    try:
        if beside is not None and is_same_address(bound, beside):
            raise OSError(EADDRINUSE, "it is the port of the clients")
        bound.listen(BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound


@asynccontextmanager
async def listening(
    bound: socket.socket | None, metrics: ProcessMetrics, health: Health, *, refresh: Callable[[], Awaitable[None]]
) -> AsyncIterator[None]:
    """Serve on a socket that listens, until the block ends; nothing if it is None. `refresh` is awaited before each
    scrape."""
    if bound is None:
        yield
        return
    bounds = ConnectionBounds(
        head_limit=8_192,
        headers=50,
        head_timeout=10,
        body_timeout=10,
        connections=MOST_CONNECTIONS,
        refusals=Refusals(),  # those of this listener do not count
    )
    config = uvicorn.Config(
        metrics_app(metrics, health, refresh=refresh, host=bound.getsockname()[0]),
        lifespan="on",
        http=partial(HttpProtocol, bounds=bounds),  # type: ignore[arg-type]  # it makes one
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=1,
    )
    server = UnsignalledServer(config)
    serving = asyncio.create_task(server.serve(sockets=[bound]), name="metrics")
    host, port, *_ = bound.getsockname()
    log.info("metrics are served", extra={"address": f"{host}:{port}"})
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def metrics_app(
    metrics: ProcessMetrics, health: Health, *, refresh: Callable[[], Awaitable[None]], host: str
) -> Starlette:
    """The app of the listener. On a loopback address, `host`, requests may name only loopback: a page of another site
    must not read the metrics by DNS rebinding."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Health]]:
        yield {"health": health}

    async def scrape(request: Request) -> Response:
        await refresh()
        try:
            encode, media_type = choose_encoder(",".join(request.headers.getlist("accept")))
        except (TypeError, ValueError):
            return error_response(400, "the Accept header names a version that is not a number")
        found = await Scrape.of(metrics.registry, metrics.labels)
        text = await run_in_threadpool(encode, found)
        return Response(text, headers={"Content-Type": media_type})  # `media_type=` would add a second charset

    names = [*LOOPBACK_NAMES, host] if is_loopback(host) else ["*"]
    return Starlette(
        routes=[Route("/metrics", scrape), *health_routes()],
        middleware=[Middleware(TrustedHostMiddleware, names, www_redirect=False)],
        lifespan=lifespan,
    )


class UnsignalledServer(uvicorn.Server):
    """uvicorn's server without its signal handling: the block that uses it ends it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
