"""An HTTP client that uses little CPU: it runs on the same cores as what it measures."""

import asyncio
from types import TracebackType

import orjson

LARGEST_HEAD = 1 << 20


class Connection:
    """One HTTP/1.1 connection that is kept open, with one request at a time."""

    def __init__(self, host: str, port: int, authorization: str, *, path: str = "/graphql") -> None:
        self._address = (host, port)
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Authorization: {authorization}\r\nContent-Length: "
        ).encode()

    async def __aenter__(self) -> "Connection":
        self._reader, self._writer = await asyncio.open_connection(*self._address, limit=LARGEST_HEAD)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._writer.close()

    async def post(self, body: bytes) -> bytes:
        self._writer.write(self._head + str(len(body)).encode() + b"\r\n\r\n" + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        if b"transfer-encoding: chunked" in head:
            return await self._chunks()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        return await self._reader.readexactly(length)

    async def ask(self, query: str, **variables: object) -> dict[str, object]:
        answer: dict[str, object] = orjson.loads(
            await self.post(orjson.dumps({"query": query, "variables": variables}))
        )
        return answer

    async def _chunks(self) -> bytes:
        body = b""
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            body += await self._reader.readexactly(size)
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return body
