"""A gateway whose side of graphql-transport-ws is scripted by a test."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

Script = Callable[["Talk"], Awaitable[None]]


def update(number: int, **changed: Any) -> dict[str, Any]:
    """The payload of a `next`."""
    values = {
        "cursor": f"c{number}",
        "version": str(number),
        "at": f"2026-03-28T12:00:{number:02}.000Z",
        "registration": "00000000-0000-0000-0000-000000000001",
        "coalesced": 0,
        "progress": {"completion": number / 20, "itemsDone": number, "itemsTotal": 20, "score": 0.5},
        "changed": [{"itemKey": "joins", "state": "COMPLETED"}],
        "enrollment": {
            "learner": {"learnerId": "u1", "displayName": "Asha Gurung", "presence": {"status": "ONLINE"}},
            "course": {"key": "c1", "title": "SQL"},
        },
    }
    return {"data": {"progressUpdated": {**values, **changed}}}


class Talk:
    """One connection, from the server's side."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket
        self.init: dict[str, Any] = {}
        self.id = ""

    async def send(self, **message: Any) -> None:
        """Send a message."""
        await self._socket.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        """Receive the next message."""
        message: dict[str, Any] = json.loads(await self._socket.recv())
        return message

    async def accept(self) -> dict[str, Any]:
        """Acknowledge, answer that every course exists, and return the variables of the subscription."""
        self.init = await self.receive()
        await self.send(type="connection_ack")
        while True:
            message = await self.receive()
            self.id, payload = message["id"], message["payload"]
            if "subscription" in payload["query"]:
                variables: dict[str, Any] = payload["variables"]
                return variables
            await self.send(type="next", id=self.id, payload={"data": {"course": {"key": "c1"}}})
            await self.send(type="complete", id=self.id)

    async def next(self, payload: dict[str, Any]) -> None:
        """Send a payload of the subscription."""
        await self.send(type="next", id=self.id, payload=payload)

    async def refuse(self, code: str, message: str) -> None:
        """Fail the subscription."""
        await self.send(type="error", id=self.id, payload=[{"message": message, "extensions": {"code": code}}])

    async def close(self, code: int, reason: str = "") -> None:
        """Close the connection."""
        await self._socket.close(code, reason)


class FakeGateway:
    """`scripts`: for the first connection, the second … Later connections complete at once. `speaks`: the protocol."""

    def __init__(self, *scripts: Script, speaks: str = "graphql-transport-ws") -> None:
        self._scripts = list(scripts)
        self._speaks = speaks
        self.talks: list[Talk] = []

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[int]:
        """Serve on 127.0.0.1; yields the port."""
        async with serve(
            self._answer, "127.0.0.1", port, subprotocols=[Subprotocol(self._speaks)], reuse_address=True
        ) as server:
            yield port_of(server)

    async def _answer(self, socket: ServerConnection) -> None:
        talk = Talk(socket)
        self.talks.append(talk)
        script = self._scripts[len(self.talks) - 1] if len(self.talks) <= len(self._scripts) else complete
        try:
            await script(talk)
        except ConnectionClosed:
            return


async def complete(talk: Talk) -> None:
    """Complete the subscription at once."""
    await talk.accept()
    await talk.send(type="complete", id=talk.id)
    await talk.receive()


def port_of(server: Server) -> int:
    """The port of a server."""
    [socket] = server.sockets
    port: int = socket.getsockname()[1]
    return port
