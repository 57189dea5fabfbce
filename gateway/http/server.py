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

from gateway.http.websocket.uvicorn_protocol import SocketProtocol
from gateway.runtime.errors import CommandError
from gateway.runtime.shutdown import Shutdown

BACKLOG = 2048
UNREAD_MS = 30_000
"""So long may a client not take what was sent to it: then it has vanished or stalled, and its connection is reset."""
PING = timedelta(seconds=20)
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
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; connections inherit it
            bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)
        bound.bind(address)
    except OSError as error:
        if bound is not None:
            bound.close()
        raise refused(host, port, error) from None
    return bound


def refused(host: str, port: int, error: OSError) -> CommandError:
    if error.errno == EADDRINUSE:
        return CommandError(f"port {port} of {host} is already in use: choose another with --port (0 takes a free one)")
    return CommandError(f"cannot listen on {host} port {port}: {error.strerror}")


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
    app: ASGIApp,
    bound: socket.socket,
    *,
    shutdown: Shutdown,
    grace: timedelta,
    message_limit: int,
    ping: timedelta = PING,
    on_ready: Callable[[], None],
) -> None:
    """Serve until told to stop; then take no more requests, close sockets and event streams, let what else is under way
    finish within `grace`, close. `message_limit`: bytes of a message over a socket. `ping`: how long a socket is left
    in peace, and how long an answer to a ping may take."""
    host, port, *_ = bound.getsockname()
    config = uvicorn.Config(
        app,
        lifespan="on",
        ws=SocketProtocol,
        ws_max_size=message_limit,
        ws_ping_interval=ping.total_seconds(),
        ws_ping_timeout=ping.total_seconds(),
        ws_per_message_deflate=False,  # it would keep some 50 KiB for each socket
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=max(1, round(grace.total_seconds())),
    )
    server = Server(config, on_ready)
    with shutdown.handled_by(server.stop):
        try:
            bound.listen(BACKLOG)
            await server.serve(sockets=[bound])
        except OSError as error:
            raise refused(host, port, error) from None
        except SystemExit:  # so says uvicorn that the lifespan failed; why is in the log
            raise CommandError("the gateway did not start") from None
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

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn closes WebSockets itself; an event stream looks to it like a long answer, to be waited for.
        if leaving := self.lifespan.state.get("leaving"):
            leaving.set()
        await super().shutdown(sockets)
