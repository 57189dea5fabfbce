"""One connection to a gateway: the client side of graphql-transport-ws, and its errors."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from gateway.runtime.errors import CommandError
from gateway.watch_client.target import GatewayTarget

PROTOCOL = Subprotocol("graphql-transport-ws")
FORBIDDEN = 4403
CLIENT_ERRORS = range(4400, 4500)
"""Close codes for errors of the client. Reconnecting does not help, except after:"""
TOO_SLOW = 4408
PAYLOAD_TYPES = {"next": dict, "error": list}
ACK_SECONDS = 10
PROXY_STATUSES = (502, 503, 504)
"""A proxy in front of the gateway cannot reach it."""


class GatewayUnavailable(Exception):
    """The gateway cannot be reached, or the connection was lost. A retry may succeed."""


class OperationFailed(Exception):
    """The gateway answered an operation with errors. `codes` are their `extensions.code`."""

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__("; ".join(str(error.get("message", error)) for error in errors))
        self.codes = {str((error.get("extensions") or {}).get("code")) for error in errors}


class GatewayConnection:
    """A WebSocket to a gateway. Its methods raise what `translated_errors` raises."""

    def __init__(self, socket: ClientConnection, target: GatewayTarget) -> None:
        self._socket = socket
        self._target = target
        self._operations = 0

    async def initialize(self) -> None:
        """Send `connection_init`, with the token if there is one, and wait for the acknowledgement."""
        token = self._target.token
        payload = {} if token is None else {"payload": {"Authorization": f"Bearer {token}"}}
        await self._send(type="connection_init", **payload)
        try:
            async with asyncio.timeout(ACK_SECONDS):
                while (await self._receive())[0] != "connection_ack":
                    pass
        except TimeoutError:
            raise GatewayUnavailable("no answer") from None

    async def execute(self, document: str, variables: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """The payloads of one operation until the gateway completes it. Raises `OperationFailed`."""
        self._operations += 1
        operation = str(self._operations)
        await self._send(type="subscribe", id=operation, payload={"query": document, "variables": dict(variables)})
        while True:
            kind, id, payload = await self._receive()
            if id != operation:
                continue
            if kind == "complete":
                return
            if kind == "error":
                raise OperationFailed(payload)
            if payload.get("data") is None:
                raise OperationFailed(payload.get("errors") or [])
            yield payload

    async def _receive(self) -> tuple[str, str | None, Any]:
        """The type, id and payload of the next message. Pings are answered here."""
        while True:
            with translated_errors(self._target):
                message = json.loads(await self._socket.recv())
                kind, id, payload = message["type"], message.get("id"), message.get("payload")
                if not isinstance(payload, PAYLOAD_TYPES.get(kind, object)):
                    raise TypeError(kind)
                if kind != "ping":
                    return kind, id, payload
            await self._send(type="pong")

    async def _send(self, **message: Any) -> None:
        with translated_errors(self._target):
            await self._socket.send(json.dumps(message))


@asynccontextmanager
async def open_connection(target: GatewayTarget) -> AsyncIterator[GatewayConnection]:
    """An acknowledged connection. Raises what `translated_errors` raises."""
    with translated_errors(target):
        # No proxy: the gateways that people watch from a terminal are in their own network.
        socket = await connect(target.socket_url, subprotocols=[PROTOCOL], proxy=None)
    async with socket:
        if socket.subprotocol != PROTOCOL:
            raise CommandError(f"{target.url} does not speak {PROTOCOL}: is it a gateway?")
        connection = GatewayConnection(socket, target)
        await connection.initialize()
        yield connection


@contextmanager
def translated_errors(target: GatewayTarget) -> Iterator[None]:
    """Raise `GatewayUnavailable` for errors after which a retry may succeed, else `CommandError`."""
    try:
        yield
    except ConnectionClosed as closed:
        raise close_error(closed, target) from None
    except InvalidStatus as refused:
        status = refused.response.status_code
        if status in PROXY_STATUSES:
            raise GatewayUnavailable(f"HTTP {status}") from None
        raise CommandError(f"{target.url} accepts no WebSocket (HTTP {status}): is it a gateway?") from None
    except (TimeoutError, InvalidMessage, EOFError):
        raise GatewayUnavailable("no answer") from None
    except OSError as error:
        reason = "connection refused" if isinstance(error, ConnectionRefusedError) else str(error)
        raise GatewayUnavailable(reason) from None
    except WebSocketException as error:
        raise CommandError(f"{target.url}: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CommandError(f"{target.url} does not follow {PROTOCOL}: is it a gateway?") from None


def close_error(closed: ConnectionClosed, target: GatewayTarget) -> Exception:
    """The error for a close code."""
    code, reason = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd is not None else (1006, "")
    if code == FORBIDDEN:
        if target.token is None:
            return CommandError(f"{target.url} requires a token: use --token TOKEN, or --data DIR for a demo")
        return CommandError(f"{target.url} refuses the token: it is invalid or has expired")
    if code in CLIENT_ERRORS and code != TOO_SLOW:
        return CommandError(f"{target.url} closed the connection: {reason or code}")
    return GatewayUnavailable(reason or "the connection was lost")
