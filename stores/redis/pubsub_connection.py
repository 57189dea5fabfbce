"""A connection that is subscribed to channels. It does not reconnect by itself, as the driver's own pub/sub does
without a notice: messages that were lost must be noticed."""

import asyncio
import math
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import timedelta

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError

HANDSHAKE_SECONDS = 2.0


class PubSubConnection:
    """Sends subscriptions and receives messages. Channel names and messages are bytes."""

    def __init__(self, connection: AbstractConnection) -> None:
        self._connection = connection
        self._unconfirmed: Counter[bytes] = Counter()
        self._quiet = False

    async def subscribe(self, names: Collection[bytes]) -> None:
        """Send SUBSCRIBE; `receive` returns each confirmation."""
        self._unconfirmed.update(names)
        await self._connection.send_command("SUBSCRIBE", *names, check_health=False)

    async def unsubscribe(self, names: Collection[bytes]) -> None:
        """Send UNSUBSCRIBE."""
        await self._connection.send_command("UNSUBSCRIBE", *names, check_health=False)

    async def receive(self) -> tuple[bytes, bytes | None]:
        """The next message as (channel, body), or (channel, None) when a subscription is confirmed."""
        while True:
            kind, name, body = await self._response()
            if kind == b"message":
                return name, body
            if kind == b"subscribe":
                self._unconfirmed[name] -= 1
                # Else this confirms an earlier SUBSCRIBE, whose UNSUBSCRIBE is on its way.
                if not self._unconfirmed[name]:
                    del self._unconfirmed[name]
                    return name, None

    async def watch(self, interval: timedelta) -> None:
        """Send PING when nothing was received for an interval, and raise ConnectionError when nothing is received for
        another one. Never returns."""
        pinged = False
        while True:
            self._quiet = True
            await asyncio.sleep(interval.total_seconds())
            if not self._quiet:
                pinged = False
            elif pinged:
                raise ConnectionError("the connection for messages is silent")
            else:
                pinged = True
                await self._connection.send_command("PING", check_health=False)

    async def _response(self) -> tuple[bytes, bytes, bytes]:
        while True:
            response = await self._connection.read_response(timeout=math.inf, disconnect_on_error=False)
            self._quiet = False
            if isinstance(response, list) and len(response) == 3:
                return response[0], response[1], response[2]


@asynccontextmanager
async def open_pubsub_connection(client: Redis) -> AsyncIterator[PubSubConnection]:
    """A new connection beside those of the client's pool, which are for commands."""
    pool = client.connection_pool
    options = {
        # With RESP3 the driver writes every message to a log, and follows the moves of a hosted Redis, which are
        # connection losses here.
        "protocol": 2,
        "maint_notifications_config": None,
        "maint_notifications_pool_handler": None,
        # Its timeout of writes uses `asyncio.wait_for`, which may lose a cancellation before Python 3.12.
        "socket_timeout": None,
    }
    connection: AbstractConnection = pool.connection_class(**(pool.connection_kwargs | options))
    try:
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            await connection.connect()  # type: ignore[no-untyped-call]
        yield PubSubConnection(connection)
    finally:
        await connection.disconnect(nowait=True)
