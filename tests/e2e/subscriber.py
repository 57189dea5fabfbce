"""A subscriber that reconnects with its cursor, as a dashboard does."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

UPDATES = """subscription ($registration: UUID, $course: String, $after: String) {
  progressUpdated(registration: $registration, course: $course, after: $after) {
    cursor version registration coalesced progress { completion } changed { itemKey attempts }
  }
}"""
TRANSPORT = Subprotocol("graphql-transport-ws")
RETRY_SECONDS = 0.1


@dataclass(slots=True)
class Subscriber:
    """`seen`: all updates in order of arrival. It alternates between the URLs when it reconnects."""

    urls: Sequence[str]
    authorization: str
    variables: dict[str, Any]
    seen: list[dict[str, Any]] = field(default_factory=list)
    errors: list[Any] = field(default_factory=list)
    connections: int = 0
    subscribed: asyncio.Event = field(default_factory=asyncio.Event)
    _grown: asyncio.Event = field(default_factory=asyncio.Event)

    async def watch(self) -> None:
        """Subscribe, and reconnect, until cancelled."""
        while True:
            url = self.urls[self.connections % len(self.urls)]
            self.connections += 1
            try:
                async with connect(url, subprotocols=[TRANSPORT], compression=None, open_timeout=5) as socket:
                    await self._listen(socket)
            except (OSError, ConnectionClosed, InvalidHandshake, TimeoutError):
                await asyncio.sleep(RETRY_SECONDS)

    async def until_version(self, version: int) -> None:
        while not self.seen or int(self.seen[-1]["version"]) < version:
            self._grown.clear()
            await self._grown.wait()

    @property
    def versions(self) -> list[int]:
        return [int(update["version"]) for update in self.seen]

    async def _listen(self, socket: Any) -> None:
        await socket.send(
            orjson.dumps({"type": "connection_init", "payload": {"Authorization": self.authorization}}).decode()
        )
        after = self.seen[-1]["cursor"] if self.seen else None
        async for text in socket:
            message = orjson.loads(text)
            match message["type"]:
                case "connection_ack":
                    payload = {"query": UPDATES, "variables": {**self.variables, "after": after}}
                    await socket.send(orjson.dumps({"type": "subscribe", "id": "1", "payload": payload}).decode())
                    # The pong follows the start of the subscription: every later write is delivered.
                    await socket.send('{"type":"ping"}')
                case "ping":
                    await socket.send('{"type":"pong"}')
                case "pong":
                    self.subscribed.set()
                case "next" if message["payload"].get("data"):
                    self.seen.append(message["payload"]["data"]["progressUpdated"])
                    self._grown.set()
                case "next" | "error" | "complete":
                    self.errors.append(message.get("payload"))
                    return
