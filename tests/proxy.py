"""A loopback proxy between a client and a server, that delays, stalls and cuts what passes through it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum
from urllib.parse import urlsplit

DEFAULT_PORTS = {"mongodb": 27017, "redis": 6379}


class Mood(Enum):
    PASS = "pass"
    DELAY = "delay"
    """Every chunk is held back for `Proxy.delay` seconds."""
    STALL = "stall"
    """Connections stand, and nothing moves."""
    CUT = "cut"
    """Connections are reset, and new ones at once."""


class Proxy:
    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._changed = asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()
        self.mood = Mood.PASS
        self.delay = 0.0
        self.port = 0
        self.asked = 0
        """How many chunks clients sent: of small requests, the round trips."""

    def become(self, mood: Mood, *, delay: float = 0.0) -> None:
        self.mood, self.delay = mood, delay
        self._changed.set()
        self._changed = asyncio.Event()
        if mood is Mood.CUT:
            for writer in list(self._open):
                writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self.mood is Mood.CUT:
                writer.transport.abort()
                return
            far_reader, far_writer = await asyncio.open_connection(*self._target)
            self._open.add(far_writer)
            try:
                ways = [self._pump(reader, far_writer, asking=True), self._pump(far_reader, writer, asking=False)]
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
            pass  # the server is not there: neither are we
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, asking: bool) -> None:
        with suppress(OSError):
            while chunk := await reader.read(65536):
                self.asked += asking
                while self.mood is Mood.STALL:
                    await self._changed.wait()
                if self.mood is Mood.DELAY:
                    await asyncio.sleep(self.delay)
                writer.write(chunk)
                await writer.drain()


@asynccontextmanager
async def proxy_to(host: str, port: int) -> AsyncIterator[Proxy]:
    """A proxy on a free port of loopback; whoever is connected at the end is cut off."""
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
        proxy.become(Mood.CUT)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def through_proxy(url: str, *, path: str | None = None) -> AsyncIterator[tuple[Proxy, str]]:
    """A proxy to the server of this URL, and the URL that leads through it (to another `path` where one is given)."""
    there = urlsplit(url)
    async with proxy_to(there.hostname or "127.0.0.1", there.port or DEFAULT_PORTS[there.scheme]) as proxy:
        user, at, _ = there.netloc.rpartition("@")
        here = there._replace(netloc=f"{user}{at}127.0.0.1:{proxy.port}")
        yield proxy, (here if path is None else here._replace(path=f"/{path}")).geturl()
