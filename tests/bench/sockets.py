"""Many open sockets at little CPU: graphql-transport-ws written by hand on top of `websockets`."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

TRANSPORT = Subprotocol("graphql-transport-ws")


class Sockets:
    """Sockets with one subscription each; `on_event(number, payload)` is called for every event."""

    def __init__(self, url: str, authorization: str, on_event: Callable[[int, Any], None]) -> None:
        self._url = url
        self._init = orjson.dumps({"type": "connection_init", "payload": {"Authorization": authorization}}).decode()
        self._on_event = on_event
        self._open: list[ClientConnection] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self, query: str, variables: Sequence[dict[str, Any]], *, at_once: int = 20) -> None:
        """Open one socket for each of the variables; return when all have subscribed."""
        gate = asyncio.Semaphore(at_once)
        await asyncio.gather(*(self._subscribe(query, each, gate) for each in variables))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(socket.close() for socket in self._open))

    async def _subscribe(self, query: str, variables: dict[str, Any], gate: asyncio.Semaphore) -> None:
        async with gate:
            number = len(self._open)
            socket = await connect(self._url, subprotocols=[TRANSPORT], compression=None, max_queue=None)
            self._open.append(socket)
            await socket.send(self._init)
            assert orjson.loads(await socket.recv())["type"] == "connection_ack"
            payload = {"query": query, "variables": variables}
            await socket.send(orjson.dumps({"id": "1", "type": "subscribe", "payload": payload}).decode())
            await socket.send('{"type":"ping"}')
            while orjson.loads(await socket.recv())["type"] != "pong":
                pass
            self._tasks.append(asyncio.create_task(self._listen(number, socket)))

    async def _listen(self, number: int, socket: ClientConnection) -> None:
        async for text in socket:
            message = orjson.loads(text)
            if message["type"] == "next":
                self._on_event(number, message["payload"])
            elif message["type"] == "ping":
                await socket.send('{"type":"pong"}')
            elif message["type"] in ("error", "complete"):
                raise SystemExit(f"bench: a subscription ended: {message}")
