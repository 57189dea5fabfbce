"""uvicorn's WebSocket protocol, without its logs and without unbounded waits for clients that do not read."""

import logging
from asyncio import TimerHandle
from functools import partial
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from gateway.runtime.loop_turns import LoopTurns

# Not in the logger hierarchy, so that no logging configuration enables it.
SILENT = logging.Logger(__name__, level=logging.CRITICAL + 1)  # noqa: LOG001
LARGE_MESSAGES = "quadrangle.large_messages"
"""The extension of the scope that allows messages up to the limit. The app calls it when it knows the client."""
FIRST_MESSAGE_BYTES = 32_768
NO_HANDSHAKE = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
CLEANED_AT_ONCE = 20
"""Lost connections in each turn of the event loop: thousands may be lost at once, as when a proxy restarts. To clean up
one takes about half a millisecond, over several turns, as it starts the end of its operations."""
MOST_FRAGMENTS = 1_024
"""Of one message. Empty ones count nothing towards its size."""
CLOSE_SECONDS = 1.0
"""Time to send a close frame when the server stops."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Overrides parts of uvicorn that are not documented: see uvicorn_internals.py and websockets_internals.py."""

    def __init__(self, *args: Any, clean_up: LoopTurns, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clean_up = clean_up
        # It logs addresses and query strings, and all frames at debug level. AccessLog logs connections instead.
        self.logger = SILENT
        self.conn.logger = SILENT
        self.conn.debug = False
        self._message_limit, self.conn.max_message_size = self.conn.max_message_size, FIRST_MESSAGE_BYTES
        self._abort_timer: TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # The first data is the whole head. If websockets takes it for none, uvicorn neither answers nor closes.
        if not self.handshake_initiated and not self.transport.is_closing():
            self.transport.write(b"".join(self.conn.data_to_send()) or NO_HANDSHAKE)
            self.transport.close()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            self.scope["extensions"][LARGE_MESSAGES] = self._allow_large_messages  # type: ignore[assignment]

    def _allow_large_messages(self) -> None:
        self.conn.max_message_size = self._message_limit

    def handle_ping(self) -> None:
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()  # and drop it: pongs would pile up for a client that pings and does not read

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        # `close` waits until the buffer is written, which never ends if the client does not read.
        self.transport.abort()

    def shutdown(self) -> None:
        if self.disconnected:
            return  # its clean-up waits for its turn
        super().shutdown()
        self._abort_timer = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < MOST_FRAGMENTS:
            super().handle_cont(event)
        else:
            self.conn.fail(1009, "the message has too many fragments")
            self.handle_parser_exception()

    def connection_lost(self, exc: Exception | None) -> None:
        self.disconnected = True  # `send` refuses
        self._clean_up.run(partial(super().connection_lost, exc))
        if self._abort_timer is not None:
            self._abort_timer.cancel()

    async def send(self, message: Any) -> None:
        await self.writable.wait()
        # uvicorn closed it (no pong, a message too large), and the app has not received the disconnect yet.
        if self.close_sent and message["type"] == "websocket.send":
            raise ClientDisconnected
        await super().send(message)
