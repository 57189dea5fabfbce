"""A loopback proxy between a client and a server that can delay, stall and reset the connections."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from enum import Enum
from urllib.parse import urlsplit

DEFAULT_PORTS = {"mongodb": 27017, "redis": 6379}


class ProxyMode(Enum):
    PASS = "pass"
    DELAY = "delay"
    """Each chunk is delayed by `Proxy.delay` seconds."""
    STALL = "stall"
    """Connections stay open, but no data is forwarded."""
    CUT = "cut"
    """Connections are reset, new ones at once."""


class Proxy:
    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._changed = asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()
        self.mode = ProxyMode.PASS
        self.delay = 0.0
        self.port = 0
        self.chunks_sent = 0
        """How many chunks clients sent; for small requests this is the number of round trips."""
        self.on_sent: Callable[[], None] = lambda: None
        """Called before each of these chunks is forwarded."""

    def switch(self, mode: ProxyMode, *, delay: float = 0.0) -> None:
        self.mode, self.delay = mode, delay
        self._changed.set()
        self._changed = asyncio.Event()
        if mode is ProxyMode.CUT:
            for writer in list(self._open):
                writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self.mode is ProxyMode.CUT:
                writer.transport.abort()
                return
            far_reader, far_writer = await asyncio.open_connection(*self._target)
            self._open.add(far_writer)
            try:
                ways = [self._pump(reader, far_writer, counted=True), self._pump(far_reader, writer, counted=False)]
                _, rest = await asyncio.wait(
                    [asyncio.ensure_future(way) for way in ways], return_when="FIRST_COMPLETED"
                )
                for task in rest:
                    task.cancel()
                await asyncio.gather(*rest, return_exceptions=True)
            finally:
                self._open.discard(far_writer)
                far_writer.transport.abort()
        except OSError:
            pass  # the server is down: close the client's connection
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool) -> None:
        with suppress(OSError):
            while chunk := await reader.read(65536):
                if counted:
                    self.chunks_sent += 1
                    self.on_sent()
                while self.mode is ProxyMode.STALL:
                    await self._changed.wait()
                if self.mode is ProxyMode.DELAY:
                    await asyncio.sleep(self.delay)
                writer.write(chunk)
                await writer.drain()


@asynccontextmanager
async def proxy_to(host: str, port: int) -> AsyncIterator[Proxy]:
    """A proxy on a free loopback port. At the end, open connections are reset."""
    proxy = Proxy(host, port)
    running: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(proxy.serve(reader, writer))
        running.add(task)
        task.add_done_callback(running.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.switch(ProxyMode.CUT)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def through_proxy(url: str, *, path: str | None = None) -> AsyncIterator[tuple[Proxy, str]]:
    """A proxy to the server of this URL, and the URL through the proxy (with another `path` if one is given)."""
    there = urlsplit(url)
    async with proxy_to(there.hostname or "127.0.0.1", there.port or DEFAULT_PORTS[there.scheme]) as proxy:
        user, at, _ = there.netloc.rpartition("@")
        here = there._replace(netloc=f"{user}{at}127.0.0.1:{proxy.port}")
        yield proxy, (here if path is None else here._replace(path=f"/{path}")).geturl()
