"""One WebSocket connection: its handshake, and the operations that it runs."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from gateway.http.auth.refusals import Unauthenticated
from gateway.http.graphql_request import GraphQLRequest, MalformedRequest, parse_request
from gateway.http.refusal import RequestRefused
from gateway.http.streamed_result import StreamedResult
from gateway.http.websocket import messages
from gateway.http.websocket.messages import Close
from gateway.observability.refusals import RefusalKind, Refusals
from resolvers.context import Peer
from resolvers.error_codes import ErrorCode
from resolvers.viewer import Viewer
from stores.cancellation import cancel_and_wait, cancel_requested

log = logging.getLogger("quadrangle.websocket")
Results = AsyncGenerator[StreamedResult, None]
CLEANUP_SECONDS = 1.0
"""How long a new operation waits for the cleanup of a cancelled one when the connection is full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Limits of one connection: the time to send `connection_init`, and the number of concurrent operations."""

    init_timeout: timedelta = timedelta(seconds=10)
    operations: int = 100


DEFAULT_LIMITS = ConnectionLimits()


@dataclass(slots=True, eq=False)
class Connection:
    """The server's side of graphql-transport-ws.

    `authenticate` turns the payload of `connection_init` into a Peer; if it raises `Unauthenticated`, the connection is
    closed. `run` admits and runs an operation. `refusals` counts those beyond the limits. `started` counts the
    operations that were started. `peer` is None before `connection_init`.
    """

    websocket: WebSocket
    authenticate: Callable[[WebSocket, Mapping[str, Any]], Awaitable[Peer]]
    run: Callable[[Peer, GraphQLRequest], Awaitable[Results]]
    limits: ConnectionLimits
    refusals: Refusals
    started: int = 0
    peer: Peer | None = None
    _timeout: asyncio.Timeout | None = None
    # The operations that the client knows by an id. Cancelled ones are in `_tasks` only, until they end.
    _running: "dict[str, asyncio.Task[None]]" = field(default_factory=dict)
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)
    _cancellations: "set[asyncio.Task[None]]" = field(default_factory=set)
    # One message at a time: for a client that does not read, at most one message waits beyond the server's own buffer.
    _sending: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def serve(self) -> None:
        """Read messages until either side closes the connection. All operations have ended when it returns."""
        close: Close | None = None
        try:
            async with asyncio.timeout(self.limits.init_timeout.total_seconds()) as self._timeout:
                while True:
                    await self._handle(await self._receive(), self._timeout)
        except TimeoutError:
            close = Close(messages.TOO_SLOW, "Connection initialisation timeout")
            if self.peer is not None:
                close = Close(messages.FORBIDDEN, "Forbidden")
        except Close as error:
            close = error
        except WebSocketDisconnect:
            pass
        finally:
            self._timeout = None
            self._cancel(self._tasks)
            if close is not None:
                await self._close(close)
            if self._cancellations:
                await asyncio.wait(self._cancellations)

    @property
    def viewer(self) -> Viewer | None:
        """Whose connection it is; None before `connection_init`."""
        return None if self.peer is None else self.peer.viewer

    def end(self) -> None:
        """Close the connection as forbidden: its token is no longer valid. Until it is closed, a repetition is safe."""
        if self._timeout is not None and not self._timeout.expired():
            self._timeout.reschedule(asyncio.get_running_loop().time())

    async def _receive(self) -> dict[str, Any]:
        frame = await self.websocket.receive()
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame.get("code", 1005))
        return messages.read(frame)

    async def _handle(self, message: dict[str, Any], init_timeout: asyncio.Timeout) -> None:
        match message["type"]:
            case "connection_init":
                await self._init(message.get("payload") or {})
                init_timeout.reschedule(None)
            case "subscribe":
                await self._subscribe(message["id"], message.get("payload"), message["size"])
            case "complete":
                if task := self._running.pop(message["id"], None):
                    self._cancel({task})
            case "ping":
                await self._send("pong", payload=message.get("payload"))

    async def _init(self, payload: Mapping[str, Any]) -> None:
        if self.peer is not None:
            raise Close(messages.TOO_MANY, "Too many initialisation requests")
        try:
            self.peer = await self.authenticate(self.websocket, payload)
        except Unauthenticated:
            raise Close(messages.FORBIDDEN, "Forbidden") from None
        except RequestRefused as refusal:
            code = messages.MALFORMED if refusal.status == 400 else messages.FORBIDDEN
            raise Close(code, str(refusal)) from None
        await self._send("connection_ack")

    async def _subscribe(self, id: str, payload: object, size: int) -> None:
        if (peer := self.peer) is None:
            raise Close(messages.UNAUTHORIZED, "Unauthorized")
        if id in self._running:
            raise Close(messages.TAKEN, f"Subscriber for {id} already exists")
        if peer.viewer.expired(peer.now()):
            raise Close(messages.FORBIDDEN, "Forbidden")
        if not await self._has_room():
            self.refusals.count(RefusalKind.OPERATIONS_OF_SOCKET)
            await self._refuse(
                id, ErrorCode.TOO_MANY, f"a connection runs at most {self.limits.operations} operations at once"
            )
            return
        try:
            request = parse_request(payload, size=size)
            if request.query is None and not request.has_document:
                raise MalformedRequest("there is no query")
        except MalformedRequest as error:
            raise Close(messages.MALFORMED, str(error)) from None
        self.started += 1
        task = asyncio.create_task(self._operate(id, peer, request))
        self._running[id] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _cancel(self, tasks: "set[asyncio.Task[None]]") -> None:
        if tasks:
            cancellation = asyncio.create_task(cancel_and_wait(tasks))
            self._cancellations.add(cancellation)
            cancellation.add_done_callback(self._cancellations.discard)

    async def _has_room(self) -> bool:
        """Cancelled operations count until their cleanup has ended."""
        ending = self._tasks.difference(self._running.values())
        if len(self._tasks) >= self.limits.operations and ending:
            await asyncio.wait(ending, timeout=CLEANUP_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        return len(self._tasks) < self.limits.operations

    async def _operate(self, id: str, peer: Peer, request: GraphQLRequest) -> None:
        try:
            errors: object = None
            prefix = messages.next_prefix(id)
            results = await self.run(peer, request)
            del request  # a subscription waits
            async with aclosing(results):
                async for result in results:
                    if result.errors is not None:
                        errors = result.errors
                        break
                    await self._send_result("next", id, f"{prefix}{result.json.decode()}}}")
            await self._send_last(id, errors)
        except RequestRefused as refusal:
            with suppress(WebSocketDisconnect):
                await self._send_last(id, [refusal.error])
        except WebSocketDisconnect:
            pass  # `serve` receives the disconnect, too, and ends all operations
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and cancel_requested():
                return  # without CancelledError: the task would keep it, and its frames refer to the task, a cycle
            error_id = uuid4().hex[:12]
            log.exception("unexpected error", extra={"error_id": error_id})
            masked = {"message": f"internal error {error_id}", "extensions": {"code": ErrorCode.INTERNAL}}
            with suppress(WebSocketDisconnect):
                await self._send_last(id, [masked])

    async def _send_last(self, id: str, errors: object) -> None:
        kind = "error" if errors else "complete"
        await self._send_result(kind, id, messages.write(kind, id, errors))

    async def _send_result(self, kind: str, id: str, text: str) -> None:
        """Send a message of the current operation, unless the client has completed it: its id may be in use again.
        After the last message the id is free. No turn of the loop lies between sending it and freeing the id, so a
        client that reuses the id at once is served."""
        async with self._sending:
            if self._running.get(id) is not asyncio.current_task():
                return
            await self._write(text)
            if kind != "next":
                del self._running[id]

    async def _refuse(self, id: str, code: ErrorCode, message: str) -> None:
        await self._send("error", id, [{"message": message, "extensions": {"code": code}}])

    async def _send(self, kind: str, id: str | None = None, payload: object = None) -> None:
        text = messages.write(kind, id, payload)
        async with self._sending:
            await self._write(text)

    async def _write(self, text: str) -> None:
        """Send a text. Raises `WebSocketDisconnect` also if an earlier message has found the connection lost, or it is
        closed: starlette has another error for that."""
        if self.websocket.application_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnect(messages.LOST)
        await self.websocket.send_text(text)

    async def _close(self, close: Close) -> None:
        async with self._sending:
            if self.websocket.application_state is WebSocketState.DISCONNECTED:
                return
            with suppress(WebSocketDisconnect):
                await self.websocket.close(close.code, close.reason)
