"""A client that sends bytes and reads what comes back."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tests.gateway.controlled_subscriptions import WITHIN
from tests.gateway.served_gateway import ServedGateway

TYPENAME = b'{"query":"{ __typename }"}'


def head(
    path: str = "/graphql",
    *,
    method: str = "POST",
    length: int | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """The head of a JSON request."""
    given = {"Host": "127.0.0.1", "Content-Type": "application/json", **headers}
    if length is not None:
        given["Content-Length"] = str(length)
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def post(body: bytes = TYPENAME, *, headers: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """A JSON request."""
    return head(length=len(body), headers=headers) + body


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> str:
        code: str = self.body["errors"][0]["extensions"]["code"]
        return code


@dataclass(frozen=True, slots=True)
class RawClient:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> Answer:
        """The next response."""
        async with asyncio.timeout(WITHIN):
            received = await self.reader.readuntil(b"\r\n\r\n")
            status, *lines = received.decode().split("\r\n")[:-2]
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            body = await self.reader.readexactly(int(headers["content-length"]))
        return Answer(int(status.split()[1]), headers, json.loads(body))

    async def ended(self) -> bytes:
        """Wait until the server closes; return what it still sent."""
        async with asyncio.timeout(WITHIN):
            return await self.reader.read()


@asynccontextmanager
async def connected(gateway: ServedGateway) -> AsyncIterator[RawClient]:
    host, _, port = gateway.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield RawClient(reader, writer)
    finally:
        writer.transport.abort()
