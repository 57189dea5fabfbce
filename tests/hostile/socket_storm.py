"""Opens sockets, subscribes and leaves them in every way a client can, until a time is over.

    python -m tests.hostile.socket_storm URL SECONDS SUBSCRIPTION

Prints how many sockets were opened. It is a process of its own, so that its memory is not the gateway's.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from time import monotonic

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

AT_ONCE = 40
BAD_FRAMES = ("[]", '{"type": 1}', '{"type": "subscribe"}', "not JSON", '{"id": 1, "type": "complete"}')


def subscribe(id: str, query: str) -> str:
    """The message that starts an operation."""
    return json.dumps({"id": id, "type": "subscribe", "payload": {"query": query}})


async def visit(url: str, query: str, chance: Random) -> None:
    """Open one socket, start a few operations and leave."""
    socket = await connect(url, subprotocols=[Subprotocol("graphql-transport-ws")], compression=None, proxy=None)
    leave = chance.choice(["close", "complete", "abort", "abort", "bad frame", "no init"])
    if leave != "no init":
        await socket.send('{"type": "connection_init"}')
        await socket.recv()
        for number in range(chance.choice([1, 1, 3])):
            await socket.send(subscribe(str(number), query))
        await socket.send(subscribe("once", "{ __typename }"))
        while json.loads(await socket.recv()).get("id") != "once":
            pass
    await depart(socket, leave, chance)


async def depart(socket: ClientConnection, leave: str, chance: Random) -> None:
    """End the connection as `leave` says."""
    if leave == "abort":
        socket.transport.abort()
        return
    if leave == "complete":
        await socket.send('{"id": "0", "type": "complete"}')
    elif leave == "bad frame":
        await socket.send(chance.choice(BAD_FRAMES))
    await socket.close()


async def storm(url: str, seconds: float, query: str) -> int:
    """Visit until the time is over; the number of visits."""
    visits, end = 0, monotonic() + seconds

    async def visitor(seed: int) -> None:
        nonlocal visits
        chance = Random(seed)
        while monotonic() < end:
            with suppress(ConnectionClosed, InvalidStatus):
                await visit(url, query, chance)
            visits += 1

    await asyncio.gather(*map(visitor, range(AT_ONCE)))
    return visits


def main(arguments: Sequence[str]) -> None:
    url, seconds, query = arguments
    print(asyncio.run(storm(url, float(seconds), query)))


if __name__ == "__main__":
    main(sys.argv[1:])
