"""A connection that is subscribed to channels: nothing of the driver's own pub/sub, which connects again unseen."""

import asyncio
import math
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import timedelta

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError

GREET_WITHIN = 2.0


class Line:
    def __init__(self, connection: AbstractConnection) -> None:
        self._connection = connection
        self._owed: Counter[bytes] = Counter()
        self._quiet = False

    async def subscribe(self, names: Collection[bytes]) -> None:
        self._owed.update(names)
        await self._connection.send_command("SUBSCRIBE", *names, check_health=False)

    async def unsubscribe(self, names: Collection[bytes]) -> None:
        await self._connection.send_command("UNSUBSCRIBE", *names, check_health=False)

    async def next(self) -> tuple[bytes, bytes | None]:
        """A message: its channel and its body; or a channel whose subscription stands now, and None."""
        while True:
            kind, name, body = await self._response()
            if kind == b"message":
                return name, body
            if kind == b"subscribe":
                self._owed[name] -= 1
                if not self._owed[name]:  # else this answers an earlier one, and the end of that is on its way
                    del self._owed[name]
                    return name, None

    async def watch(self, every: timedelta) -> None:
        """Ask a server that is silent whether it is there; fail when it does not say so."""
        asked = False
        while True:
            self._quiet = True
            await asyncio.sleep(every.total_seconds())
            if not self._quiet:
                asked = False
            elif asked:
                raise ConnectionError("no answer on the line of messages")
            else:
                asked = True
                await self._connection.send_command("PING", check_health=False)

    async def _response(self) -> tuple[bytes, bytes, bytes]:
        while True:
            response = await self._connection.read_response(timeout=math.inf, disconnect_on_error=False)
            self._quiet = False
            if isinstance(response, list) and len(response) == 3:
                return response[0], response[1], response[2]


@asynccontextmanager
async def open_line(client: Redis) -> AsyncIterator[Line]:
    """One beside the pool's connections, which are for calls."""
    pool = client.connection_pool
    plain = {
        # With RESP3 the driver words every message for a log, and takes part in the moves of a hosted Redis, which to
        # us are a loss like any other.
        "protocol": 2,
        "maint_notifications_config": None,
        "maint_notifications_pool_handler": None,
        # Its deadline for a write is `asyncio.wait_for`, which loses a cancellation now and then before Python 3.12.
        "socket_timeout": None,
    }
    connection: AbstractConnection = pool.connection_class(**(pool.connection_kwargs | plain))
    try:
        async with asyncio.timeout(GREET_WITHIN):
            await connection.connect()  # type: ignore[no-untyped-call]
        yield Line(connection)
    finally:
        await connection.disconnect(nowait=True)
