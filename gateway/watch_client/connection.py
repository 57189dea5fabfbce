"""One connection to a gateway: graphql-transport-ws as a client speaks it."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from gateway.runtime.errors import CommandError
from gateway.watch_client.target import Target

PROTOCOL = Subprotocol("graphql-transport-ws")
FORBIDDEN = 4403
FAULTS = range(4400, 4500)
"""Close codes that are about what we said: to say it again does not help. But for one:"""
TOO_SLOW = 4408
WITH_PAYLOAD = {"next": dict, "error": list}
LET_IN_WITHIN = 10
GATEWAY_AWAY = (502, 503, 504)
"""What a proxy says."""


class GatewayUnavailable(Exception):
    """The gateway is not there, or went away. It may come back."""


class OperationFailed(Exception):
    """The gateway answered with errors."""

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__("; ".join(str(error.get("message", error)) for error in errors))
        self.codes = {str((error.get("extensions") or {}).get("code")) for error in errors}


class GatewayConnection:
    def __init__(self, socket: ClientConnection, target: Target) -> None:
        self._socket = socket
        self._target = target
        self._asked = 0

    async def begin(self) -> None:
        token = self._target.token
        payload = {} if token is None else {"payload": {"Authorization": f"Bearer {token}"}}
        await self._send(type="connection_init", **payload)
        try:
            async with asyncio.timeout(LET_IN_WITHIN):
                while (await self._receive())[0] != "connection_ack":
                    pass
        except TimeoutError:
            raise GatewayUnavailable("no answer") from None

    async def answers(self, document: str, variables: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """The payloads of one operation until the gateway completes it; `Failed`: it was refused, or broke off."""
        self._asked += 1
        mine = str(self._asked)
        await self._send(type="subscribe", id=mine, payload={"query": document, "variables": dict(variables)})
        while True:
            kind, id, payload = await self._receive()
            if id != mine:
                continue
            if kind == "complete":
                return
            if kind == "error":
                raise OperationFailed(payload)
            if payload.get("data") is None:
                raise OperationFailed(payload.get("errors") or [])
            yield payload

    async def _receive(self) -> tuple[str, str | None, Any]:
        """Type, id and payload of the next message that is not a ping."""
        while True:
            with translated_errors(self._target):
                message = json.loads(await self._socket.recv())
                kind, id, payload = message["type"], message.get("id"), message.get("payload")
                if not isinstance(payload, WITH_PAYLOAD.get(kind, object)):
                    raise TypeError(kind)
                if kind != "ping":
                    return kind, id, payload
            await self._send(type="pong")

    async def _send(self, **message: Any) -> None:
        with translated_errors(self._target):
            await self._socket.send(json.dumps(message))


@asynccontextmanager
async def open_connection(target: Target) -> AsyncIterator[GatewayConnection]:
    """A connection that is let in."""
    with translated_errors(target):
        # Through no proxy: gateways that are watched by hand are near.
        socket = await connect(target.socket_url, subprotocols=[PROTOCOL], proxy=None)
    async with socket:
        if socket.subprotocol != PROTOCOL:
            raise CommandError(f"{target.url} does not speak {PROTOCOL}: is it a gateway?")
        link = GatewayConnection(socket, target)
        await link.begin()
        yield link


@contextmanager
def translated_errors(target: Target) -> Iterator[None]:
    """What goes wrong with a connection: `Away` where waiting may help, else `Stop`."""
    try:
        yield
    except ConnectionClosed as closed:
        raise close_error(closed, target) from None
    except InvalidStatus as refused:
        status = refused.response.status_code
        if status in GATEWAY_AWAY:
            raise GatewayUnavailable(f"HTTP {status}") from None
        raise CommandError(f"{target.url} lets no WebSocket in (HTTP {status}): is it a gateway?") from None
    except (TimeoutError, InvalidMessage, EOFError):
        raise GatewayUnavailable("no answer") from None
    except OSError as error:
        raise GatewayUnavailable(
            "connection refused" if isinstance(error, ConnectionRefusedError) else str(error)
        ) from None
    except WebSocketException as error:
        raise CommandError(f"{target.url}: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CommandError(f"{target.url} does not keep to {PROTOCOL}: is it a gateway?") from None


def close_error(closed: ConnectionClosed, target: Target) -> Exception:
    code, reason = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd is not None else (1006, "")
    if code == FORBIDDEN:
        if target.token is None:
            return CommandError(f"{target.url} asks for a token: --token TOKEN, or --data DIR for a demo's")
        return CommandError(f"{target.url} refuses the token: it is not one of its own, or has expired")
    if code in FAULTS and code != TOO_SLOW:
        return CommandError(f"{target.url} closed the connection: {reason or code}")
    return GatewayUnavailable(reason or "the connection was lost")
