"""A client of graphql-transport-ws, one message at a time."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.gateway.controlled_subscriptions import WITHIN


async def send_message(socket: ClientConnection, type: str, **more: Any) -> None:
    await socket.send(json.dumps({"type": type, **more}))


async def receive_message(socket: ClientConnection) -> Any:
    async with asyncio.timeout(WITHIN):
        received = await socket.recv()
    assert isinstance(received, str)
    return json.loads(received)


async def initialize(socket: ClientConnection, **payload: Any) -> None:
    await send_message(socket, "connection_init", payload=payload)
    assert await receive_message(socket) == {"type": "connection_ack"}


async def subscribe(socket: ClientConnection, id: str, query: str, **more: Any) -> None:
    await send_message(socket, "subscribe", id=id, payload={"query": query, **more})


async def closed(socket: ClientConnection) -> tuple[int | None, str | None]:
    """Wait for the close; return the server's code and reason."""
    async with asyncio.timeout(WITHIN):
        async for _ in drained(socket):
            pass
        await socket.wait_closed()
    return socket.close_code, socket.close_reason


async def drained(socket: ClientConnection) -> AsyncIterator[Any]:
    try:
        while True:
            yield await socket.recv()
    except ConnectionClosed:
        return


def code_of(message: Any) -> str:
    [error] = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
    code: str = error["extensions"]["code"]
    return code


async def still_serves(socket: ClientConnection) -> None:
    await send_message(socket, "subscribe", id="after", payload={"query": "{ hello }"})
    assert (await receive_message(socket))["payload"]["data"].keys() == {"hello"}
    assert await receive_message(socket) == {"type": "complete", "id": "after"}
