"""Lets a client read the response to a request whose body is not read to its end.

A server that closes while a client still sends makes the kernel reset the connection, and most clients then lose the
response that has arrived (RFC 9112, section 9.6).
"""

import asyncio
from typing import Any

MOST_BYTES = 16 * 1024 * 1024
IDLE_SECONDS = 2.0
SECONDS = 20.0


class Lingering(asyncio.Protocol):
    """Ends the server's side of a connection, and drops what the client still sends.

    It closes when the client disconnects, sends nothing for IDLE_SECONDS, or has sent MOST_BYTES.

    The server counts it among its `connections`.
    """

    def __init__(self, transport: asyncio.Transport, connections: "set[Any]") -> None:
        transport.write_eof()
        self._transport = transport
        self._connections = connections
        self._left = MOST_BYTES
        loop = asyncio.get_running_loop()
        self._now = loop.time
        self._end = loop.call_later(SECONDS, transport.abort)
        self._last = loop.time()
        self._idle = loop.call_later(IDLE_SECONDS, self._close_if_idle)
        connections.add(self)

    def data_received(self, data: bytes) -> None:
        """Count it."""
        self._last = self._now()
        self._left -= len(data)
        if self._left < 0:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._end.cancel()
        self._idle.cancel()
        self._connections.discard(self)

    def shutdown(self) -> None:
        """The server stops."""
        self._transport.abort()

    def _close_if_idle(self) -> None:
        left = self._last + IDLE_SECONDS - self._now()
        if left <= 0:
            self._transport.close()
        else:
            self._idle = asyncio.get_running_loop().call_later(left, self._close_if_idle)


class ResponseTransport:
    """The transport as the response to a request uses it, with a `close` of its own."""

    __slots__ = ("close", "is_closing", "write")

    def __init__(self, transport: asyncio.Transport, close: Any) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self.close = close
