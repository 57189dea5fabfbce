"""What the protocol does that no client can provoke for sure."""

import asyncio
from typing import Any

from uvicorn import Config
from uvicorn.server import ServerState

from gateway.http.websocket.uvicorn_protocol import WebSocketProtocol
from gateway.runtime.loop_turns import LoopTurns


class Closed(asyncio.Transport):
    """A transport that is closed, as uvloop's are."""

    def write(self, data: Any) -> None:
        raise RuntimeError("unable to perform operation; the handler is closed")


async def test_a_stop_sends_nothing_to_a_lost_connection_whose_clean_up_waits() -> None:
    """The error ended the shutdown of the server."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        return None

    protocol = WebSocketProtocol(Config(app, log_config=None), ServerState(), {}, clean_up=LoopTurns(0))
    protocol.transport = Closed()
    protocol.connection_lost(None)
    protocol.shutdown()
