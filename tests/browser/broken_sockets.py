"""A page's WebSocket that a test cuts, holds off and answers in place of the gateway."""

import asyncio
import json
from typing import Any

from playwright.async_api import Page, WebSocketRoute


class BrokenSockets:
    """The WebSockets of a page that is opened after `watch`."""

    def __init__(self) -> None:
        self.is_down = False
        """New connections are closed at once."""
        self.subscribed: list[dict[str, Any]] = []
        """The variables of each subscription to progress, in order."""
        self.expires_cursors = False
        """A subscription with a cursor gets CURSOR_EXPIRED."""
        self._open: list[WebSocketRoute] = []
        self._hanging: set[WebSocketRoute] = set()
        self._delivered: asyncio.Queue[str] = asyncio.Queue()

    async def watch(self, page: Page) -> None:
        """Stand between this page and the gateway from now on."""
        await page.route_web_socket("**/graphql", self._connect)

    async def cut(self) -> None:
        """Close all connections, as a gateway that restarts. New ones are refused until `is_down` is false."""
        self.is_down = True
        for socket in self._open:
            await socket.close(code=1012, reason="restart")
        self._open.clear()

    def hang(self) -> None:
        """Drop all messages of the connections that are open now."""
        self._hanging.update(self._open)

    async def delivered(self, registration: str) -> None:
        """Wait until the page has an update of this registration that nothing waited for before."""
        while await self._delivered.get() != registration:
            pass

    async def _connect(self, socket: WebSocketRoute) -> None:
        if self.is_down:
            await socket.close(code=1012, reason="restart")
            return
        self._open.append(socket)
        server = socket.connect_to_server()
        socket.on_message(lambda text: self._forward(socket, server, text))
        server.on_message(lambda text: self._deliver(socket, text))

    def _deliver(self, socket: WebSocketRoute, text: str | bytes) -> None:
        if socket in self._hanging:
            return
        socket.send(text)
        data = _data(text)
        if update := data.get("progressUpdated"):
            self._delivered.put_nowait(update["registration"])

    def _forward(self, socket: WebSocketRoute, server: WebSocketRoute, text: str | bytes) -> None:
        if socket in self._hanging:
            return
        message = json.loads(text)
        if message["type"] == "subscribe" and message["payload"]["operationName"] == "DashboardProgress":
            variables = message["payload"]["variables"]
            self.subscribed.append(variables)
            if self.expires_cursors and variables["after"]:
                expired = [{"message": "expired", "extensions": {"code": "CURSOR_EXPIRED", "store": "live"}}]
                socket.send(json.dumps({"id": message["id"], "type": "error", "payload": expired}))
                return
        server.send(text)


def _data(text: str | bytes) -> Any:
    """The data of an event; empty if the message is none."""
    payload = json.loads(text).get("payload")
    return (payload.get("data") if isinstance(payload, dict) else None) or {}
