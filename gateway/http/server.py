"""Serves an ASGI app with uvicorn until a shutdown is requested."""

import asyncio
import gc
import ipaddress
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from errno import EADDRINUSE
from functools import partial
from time import monotonic

import uvicorn
from starlette.types import ASGIApp

from gateway.config.groups.http import HttpSettings
from gateway.http.bounds.connection_limit import ConnectionBounds
from gateway.http.bounds.http_protocol import HttpProtocol
from gateway.http.websocket.uvicorn_protocol import CLEANED_AT_ONCE, WebSocketProtocol
from gateway.observability.refusals import Refusals
from gateway.runtime.errors import CommandError
from gateway.runtime.forced_exit import log_stuck
from gateway.runtime.loop_turns import LoopTurns
from gateway.runtime.shutdown import Shutdown
from stores.cancellation import cancel

log = logging.getLogger("quadrangle.shutdown")

BACKLOG = 2048
LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"]
USER_TIMEOUT_MS = 30_000
"""TCP_USER_TIMEOUT: a connection whose peer acknowledges nothing for so long is reset (RFC 5482)."""
PING = timedelta(seconds=20)
"""Interval of WebSocket pings, and the time to respond to one."""
CLOSING = timedelta(seconds=5)
"""How long the end of a server may take after the grace: cancelled requests end, and the stores are closed."""
GC_THRESHOLDS = (50_000, 20, 50)
"""For `gc.set_threshold`. Requests create few cycles, so the collector runs rarely."""


def bind(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free port. It does not listen yet, so that no client connects before the server
    can respond. Raises `CommandError`."""
    try:
        return bound_socket(host, port)
    except OSError as error:
        raise listen_error(host, port, error) from None


def bound_socket(host: str, port: int) -> socket.socket:
    """As `bind`, but raises `OSError`."""
    [(family, kind, _, _, address), *_] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    bound = socket.socket(family, kind)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; connections inherit it
            bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def listen_error(host: str, port: int, error: OSError) -> CommandError:
    """Why the server cannot listen on this address."""
    if error.errno == EADDRINUSE:
        return CommandError(f"port {port} of {host} is already in use: choose another with --port (0 takes a free one)")
    return CommandError(f"cannot listen on {host} port {port}: {error.strerror}")


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect to `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def address_of(bound: socket.socket) -> str:
    """The URL `http://HOST:PORT` of a bound socket."""
    host, port, *_ = bound.getsockname()
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


async def serve(
    app: ASGIApp,
    bound: socket.socket,
    *,
    shutdown: Shutdown,
    settings: HttpSettings,
    ping: timedelta = PING,
    closing: timedelta = CLOSING,
    refusals: Refusals | None = None,
    on_ready: Callable[[], None],
) -> None:
    """Serve until the shutdown begins. Then accept no more requests, close WebSockets and event streams, and wait up to
    `settings.grace` for other requests, and for mutations that run without their client, to finish. Those that still
    run are cancelled. If all has not ended and closed within `closing` after the grace, the process ends, with a log of
    where its tasks are.

    `ping`: interval of pings, and the time to respond to one. `refusals` counts what goes beyond the bounds of
    connections. Raises `CommandError` if the server cannot start.
    """
    host, port, *_ = bound.getsockname()
    config = uvicorn.Config(
        app,
        lifespan="on",
        http=partial(HttpProtocol, bounds=ConnectionBounds.of(settings, refusals=refusals or Refusals())),  # type: ignore[arg-type]  # it makes one
        ws=partial(WebSocketProtocol, clean_up=LoopTurns(CLEANED_AT_ONCE)),  # type: ignore[arg-type]
        ws_max_size=settings.body_limit,
        ws_ping_interval=ping.total_seconds(),
        ws_ping_timeout=ping.total_seconds(),
        ws_per_message_deflate=False,  # it would take some 50 KiB for each connection
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=settings.keep_alive.total_seconds(),  # type: ignore[arg-type]  # it takes a fraction
    )
    server = GracefulServer(config, on_ready, shutdown, settings.grace)
    with shutdown.handled_by(server.stop, within=settings.grace + closing):
        try:
            bound.listen(BACKLOG)
            await server.serve(sockets=[bound])
        except OSError as error:
            raise listen_error(host, port, error) from None
        except SystemExit:  # uvicorn's way to report that the lifespan failed
            raise CommandError("the gateway did not start; the log has the reason") from None
        finally:
            bound.close()


def tune_garbage_collection() -> None:
    """Collect once, exempt what start-up created (schema, code) from collection, and set GC_THRESHOLDS. Call it at the
    end of start-up."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


class GracefulServer(uvicorn.Server):
    """uvicorn's server without its signal handling, which the command does itself. It also ends event streams."""

    def __init__(
        self, config: uvicorn.Config, on_ready: Callable[[], None], shutdown: Shutdown, grace: timedelta
    ) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._shutdown = shutdown
        self._grace = grace.total_seconds()

    def stop(self) -> None:
        """Stop gracefully; a second call closes all connections at once."""
        self.force_exit = self.should_exit
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        tune_garbage_collection()
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn closes WebSockets; it would wait for event streams as for any other response.
        if stopping := self.lifespan.state.get("stopping"):
            stopping.set()
        await super().shutdown(sockets)

    async def _wait_tasks_to_complete(self) -> None:
        requested = self._shutdown.requested_at
        elapsed = 0.0 if requested is None else monotonic() - requested  # a busy event loop notices the request late
        try:
            async with asyncio.timeout(max(0.0, self._grace - elapsed)):
                await super()._wait_tasks_to_complete()
                if writes := self.lifespan.state.get("background_writes"):
                    await writes.finished()
        except TimeoutError:
            if requests := self.server_state.tasks:
                log.warning("requests were cut off by the shutdown", extra={"requests": len(requests)})
                log_stuck(await cancel(requests, attempts=2))
