"""uvicorn's side of a socket: nothing of it in the logs, and no waiting for who does not read."""

import logging
from asyncio import TimerHandle
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# Outside the tree of loggers: nothing that configures those turns it on.
SILENT = logging.Logger(__name__, level=logging.CRITICAL + 1)  # noqa: LOG001
FAREWELL = 1.0
"""Seconds for a close frame to get through when the server stops."""


class SocketProtocol(WebSocketsSansIOProtocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # It would log addresses and query strings, and frames when it debugs. Observe tells what is worth telling.
        self.logger = SILENT
        self.conn.logger = SILENT
        self.conn.debug = False
        self._patience: TimerHandle | None = None

    def handle_ping(self) -> None:
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()  # pongs would pile up for a client that pings and does not read

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        # To close is to wait until all is written: for ever, if nobody reads.
        self.transport.abort()

    def shutdown(self) -> None:
        super().shutdown()
        self._patience = self.loop.call_later(FAREWELL, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._patience is not None:
            self._patience.cancel()

    async def send(self, message: Any) -> None:
        await self.writable.wait()
        # Closed by uvicorn itself (no pong, a message too large), of which the app has not heard yet.
        if self.close_sent and message["type"] == "websocket.send":
            raise ClientDisconnected
        await super().send(message)
