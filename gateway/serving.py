"""An app behind a socket until the process is told to stop."""

import gc
import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from errno import EADDRINUSE

import uvicorn
from starlette.types import ASGIApp

from gateway.errors import Stop
from gateway.stopping import Stopping

BACKLOG = 2048
# Few objects of a request are garbage in cycles: look for them rarely, and never at what start-up left (schema, code).
GC_THRESHOLDS = (50_000, 20, 50)


def bind(host: str, port: int) -> socket.socket:
    """A bound socket (port 0: a free one). It does not listen yet, so that nobody waits for an answer before there is
    one."""
    bound: socket.socket | None = None
    try:
        [(family, kind, _, _, address), *_] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        bound = socket.socket(family, kind)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        if bound is not None:
            bound.close()
        raise refused(host, port, error) from None
    return bound


def refused(host: str, port: int, error: OSError) -> Stop:
    if error.errno == EADDRINUSE:
        return Stop(f"port {port} of {host} is already in use: choose another with --port (0 takes a free one)")
    return Stop(f"cannot listen on {host} port {port}: {error.strerror}")


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def address_of(bound: socket.socket) -> str:
    """`http://HOST:PORT` as others find it."""
    host, port, *_ = bound.getsockname()
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


async def serve(
    app: ASGIApp, bound: socket.socket, *, stopping: Stopping, grace: timedelta, on_ready: Callable[[], None]
) -> None:
    """Serve until told to stop; then take no more requests, let those under way finish within `grace`, close."""
    host, port, *_ = bound.getsockname()
    config = uvicorn.Config(
        app,
        lifespan="on",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=max(1, round(grace.total_seconds())),
    )
    server = Server(config, on_ready)
    with stopping.by(server.stop):
        try:
            bound.listen(BACKLOG)
            await server.serve(sockets=[bound])
        except OSError as error:
            raise refused(host, port, error) from None
        except SystemExit:  # so says uvicorn that the lifespan failed; why is in the log
            raise Stop("the gateway did not start") from None
        finally:
            bound.close()


def calm_collector() -> None:
    """Call it when all is set up: what is there then will not be garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


class Server(uvicorn.Server):
    """Signals are the command's affair: uvicorn would raise them again when all is done, and fail by that."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    def stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        calm_collector()
        self._on_ready()
