"""A proxy for HTTP that holds each write back until a test releases it, in any order, even if its client has left."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

HEAD_END = b"\r\n\r\n"


@dataclass(eq=False, slots=True)
class HeldRequest:
    """A write that waits until a test releases it. One that `is_lost` is never forwarded."""

    body: bytes
    released: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    is_lost: bool = False

    async def release(self) -> None:
        """Forward it and wait for the server's answer."""
        self.released.set()
        await self.answered.wait()

    async def lose(self) -> None:
        """Drop it: the server never gets it."""
        self.is_lost = True
        await self.release()


class HoldingProxy:
    """`held`: the writes, in the order of their arrival. All other requests pass; `passed` counts them."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self.held: list[HeldRequest] = []
        self.passed = 0
        self._arrived = asyncio.Condition()

    async def until_held(self, number: int) -> None:
        """Wait until so many writes have arrived in all."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.held) >= number)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while answer := await self._answer(reader):
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass  # the client has left
        finally:
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader) -> bytes | None:
        head = await reader.readuntil(HEAD_END)
        [length] = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        request = head + await reader.readexactly(int(length.split(b":")[1]))
        if head.startswith(b"POST /write"):
            return await self._hold(request)
        self.passed += 1
        return await self._forward(request)

    async def _hold(self, request: bytes) -> bytes | None:
        one = HeldRequest(request)
        async with self._arrived:
            self.held.append(one)
            self._arrived.notify_all()
        await one.released.wait()
        answer = None if one.is_lost else await self._forward(request)
        one.answered.set()
        return answer

    async def _forward(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*self._target)
        try:
            head, _, body = request.partition(HEAD_END)
            writer.write(head + b"\r\nConnection: close" + HEAD_END + body)
            return await reader.read()
        finally:
            writer.transport.abort()


@asynccontextmanager
async def holding(url: str, *, path: str) -> AsyncIterator[tuple[HoldingProxy, str]]:
    """A proxy to the server of this URL, and the URL of the database `path` through it."""
    there = urlsplit(url)
    proxy = HoldingProxy(there.hostname or "", there.port or 0)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.ensure_future(proxy.serve(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=2**24)
    user, at, _ = there.netloc.rpartition("@")
    here = there._replace(netloc=f"{user}{at}127.0.0.1:{server.sockets[0].getsockname()[1]}", path=f"/{path}")
    try:
        yield proxy, here.geturl()
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
