"""One socket from its handshake to its end: who asks, and the operations it runs."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData

from gateway.http.auth.tokens import Unauthenticated
from gateway.http.graphql_request import Malformed, request_of
from gateway.http.websocket import messages
from gateway.http.websocket.messages import Close
from resolvers.context import Peer

log = logging.getLogger("quadrangle.sockets")
Answers = AsyncGenerator[GraphQLHTTPResponse, None]
UNWINDING = 1.0
"""Seconds that an operation which is over may hold up the one that wants its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    init_within: timedelta = timedelta(seconds=10)
    operations: int = 100


BOUNDS = Bounds()


@dataclass(slots=True, eq=False)
class Socket:
    """`enter` makes a Peer of the payload of `connection_init` (`Unauthenticated`: it is closed), `answer` runs an
    operation. `started`: how many there were."""

    websocket: WebSocket
    enter: Callable[[Mapping[str, Any]], Peer]
    answer: Callable[[Peer, GraphQLRequestData], Answers]
    bounds: Bounds
    started: int = 0
    _peer: Peer | None = None
    _running: "dict[str, asyncio.Task[None]]" = field(default_factory=dict)
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)
    # One message at a time: of a client that does not read, no more than one waits beyond the server's own buffer.
    _sending: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self) -> None:
        """Until either side closes it. All operations have ended then."""
        close: Close | None = None
        try:
            async with asyncio.timeout(self.bounds.init_within.total_seconds()) as patience:
                while True:
                    await self._take(await self._receive(), patience)
        except TimeoutError:
            close = Close(messages.TOO_SLOW, "Connection initialisation timeout")
        except Close as error:
            close = error
        except WebSocketDisconnect:
            pass
        finally:
            for task in self._tasks:
                task.cancel()
            if close is not None:
                await self._close(close)
            if self._tasks:
                await asyncio.wait(self._tasks)

    async def _receive(self) -> dict[str, Any]:
        frame = await self.websocket.receive()
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame.get("code", 1005))
        return messages.read(frame)

    async def _take(self, message: dict[str, Any], patience: asyncio.Timeout) -> None:
        match message["type"]:
            case "connection_init":
                await self._init(message.get("payload") or {})
                patience.reschedule(None)
            case "subscribe":
                await self._subscribe(message["id"], message.get("payload"))
            case "complete":
                if task := self._running.pop(message["id"], None):
                    task.cancel()
            case "ping":
                await self._send("pong", payload=message.get("payload"))

    async def _init(self, payload: Mapping[str, Any]) -> None:
        if self._peer is not None:
            raise Close(messages.TOO_MANY, "Too many initialisation requests")
        try:
            self._peer = self.enter(payload)
        except Unauthenticated:
            raise Close(messages.FORBIDDEN, "Forbidden") from None
        await self._send("connection_ack")

    async def _subscribe(self, id: str, payload: object) -> None:
        if (peer := self._peer) is None:
            raise Close(messages.UNAUTHORIZED, "Unauthorized")
        if id in self._running:
            raise Close(messages.TAKEN, f"Subscriber for {id} already exists")
        if peer.viewer.expired(peer.now()):
            raise Close(messages.FORBIDDEN, "Forbidden")
        if not await self._has_room():
            await self._refuse(id, "TOO_MANY", f"a socket runs {self.bounds.operations} operations at most")
            return
        try:
            asked = request_of(payload)
            if not asked.query:
                raise Malformed("there is no query")
        except Malformed as error:
            await self._refuse(id, "BAD_REQUEST", str(error))
            return
        self.started += 1
        task = asyncio.create_task(self._operate(id, self.answer(peer, asked)))
        self._running[id] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _has_room(self) -> bool:
        """Operations that the client has completed count until their sources have ended."""
        ending = self._tasks.difference(self._running.values())
        if len(self._tasks) >= self.bounds.operations and ending:
            await asyncio.wait(ending, timeout=UNWINDING, return_when=asyncio.FIRST_COMPLETED)
        return len(self._tasks) < self.bounds.operations

    async def _operate(self, id: str, answers: Answers) -> None:
        try:
            errors: object = None
            async with aclosing(answers):
                async for answer in answers:
                    if "data" not in answer:
                        errors = answer["errors"]
                        break
                    await self._send("next", id, answer)
            self._running.pop(id, None)  # before the client is told: it may use the id again at once
            await self._send("error" if errors else "complete", id, errors)
        except WebSocketDisconnect:
            pass  # whoever receives is told as well, and ends all
        except Exception:
            mark = uuid4().hex[:12]
            log.exception("unexpected error", extra={"error_id": mark})
            if self._running.get(id) is asyncio.current_task():  # else the client has completed it
                del self._running[id]
                with suppress(WebSocketDisconnect):
                    await self._refuse(id, "INTERNAL", f"internal error {mark}")

    async def _refuse(self, id: str, code: str, message: str) -> None:
        await self._send("error", id, [{"message": message, "extensions": {"code": code}}])

    async def _send(self, kind: str, id: str | None = None, payload: object = None) -> None:
        text = messages.write(kind, id, payload)
        async with self._sending:
            await self.websocket.send_text(text)

    async def _close(self, close: Close) -> None:
        async with self._sending:
            with suppress(WebSocketDisconnect):
                await self.websocket.close(close.code, close.reason)
