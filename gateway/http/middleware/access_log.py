"""Gives each request and WebSocket an id and a log line, and masks unexpected errors.

The line of a request has the fields of its operation, which are added to the entry in the scope. The address of a
client is personal data: only lines of refused requests have it, for firewalls.
"""

import logging
import re
from collections.abc import Callable
from time import perf_counter

from starlette.requests import ClientDisconnect
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.client_address import client_address
from gateway.http.error_responses import error_response
from gateway.http.request_headers import headers_of
from gateway.observability.access_entry import ENTRY, AccessEntry

log = logging.getLogger("quadrangle.http")
REQUEST_ID_HEADER = "x-request-id"
REQUEST_ID = REQUEST_ID_HEADER.encode()
VALID_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
CLIENT_CLOSED_REQUEST = 499
NO_STATUS_RECEIVED = 1005
PROBES = ("/livez", "/readyz")
REFUSED = frozenset({401, 403, 429, 4401, 4403})
"""The statuses and close codes of clients that may not do what they tried, or that tried it too often."""


class AccessLog:
    """ASGI middleware. `new_id` creates the id of a request that brings no valid one in X-Request-ID."""

    def __init__(self, app: ASGIApp, *, new_id: Callable[[], str]) -> None:
        self._app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        request_id = self._id_of(scope)
        entry = scope[ENTRY] = AccessEntry(request_id=request_id)
        status = CLIENT_CLOSED_REQUEST

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                mark(message, request_id)
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except ClientDisconnect:
            pass
        except Exception:
            log.exception("unexpected error", extra={"request_id": request_id})
            if status != CLIENT_CLOSED_REQUEST:
                raise  # the response has begun: the server can only close the connection
            await error_response(500, f"internal error {request_id}", id=request_id)(scope, receive, send_marked)
        finally:
            route = route_of(scope)
            level = logging.DEBUG if route in PROBES else logging.INFO
            fields = {"request_id": request_id, "method": scope["method"], "route": route, "status": status}
            fields |= address_if_refused(scope, status)
            entry.is_open = False
            if log.isEnabledFor(level):
                fields |= entry.fields
                fields["ms"] = ms_since(started)
                # As `log.log`, without its search for the line of the caller.
                log.handle(log.makeRecord(log.name, level, "", 0, "request", (), None, extra=fields))

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """`code` is the close code of the side that closed first, or the HTTP status of a refused handshake."""
        started = perf_counter()
        request_id = self._id_of(scope)
        scope[ENTRY] = AccessEntry(request_id=request_id, transport="websocket", is_open=False)
        code: int | None = None
        accepted = False

        async def receive_marked() -> Message:
            nonlocal code
            message = await receive()
            if message["type"] == "websocket.disconnect" and code is None:
                code = message.get("code", NO_STATUS_RECEIVED)
            return message

        async def send_marked(message: Message) -> None:
            nonlocal code, accepted
            if message["type"] == "websocket.accept":
                accepted = True
                mark(message, request_id)
            elif message["type"] == "websocket.close" and code is None:
                code = message.get("code", 1000) if accepted else 403
            elif message["type"] == "websocket.http.response.start":
                code = message["status"]
                mark(message, request_id)
            await send(message)

        try:
            await self._app(scope, receive_marked, send_marked)
        except Exception:
            log.exception("unexpected error", extra={"request_id": request_id})
            if not accepted:
                await error_response(500, f"internal error {request_id}", id=request_id)(scope, receive, send_marked)
            elif code is None:
                await send_marked({"type": "websocket.close", "code": 1011})
        finally:
            fields = {"request_id": request_id, "route": route_of(scope), "code": code, "ms": ms_since(started)}
            fields |= address_if_refused(scope, code)
            log.info("websocket", extra={**fields, "operations": scope.get("operations", 0)})

    def _id_of(self, scope: Scope) -> str:
        given = headers_of(scope).get(REQUEST_ID_HEADER)
        return given if given is not None and VALID_ID.fullmatch(given) else self._new_id()


def mark(message: Message, request_id: str) -> None:
    """Add the id of the request to the message with which a response begins."""
    message["headers"] = [*message.get("headers", ()), (REQUEST_ID, request_id.encode())]


def route_of(scope: Scope) -> str:
    """The path of the matched route, `-` if none matched. The URL itself is not logged: it may hold personal data."""
    route = scope.get("route")
    return route.path if isinstance(route, Route | WebSocketRoute | Mount) else "-"


def address_if_refused(scope: Scope, status: int | None) -> dict[str, str]:
    """The field of the client's address, if the client was refused."""
    return {"client": client_address(scope)} if status in REFUSED else {}


def ms_since(started: float) -> float:
    """Milliseconds since `started`, a value of `perf_counter`."""
    return round((perf_counter() - started) * 1000, 1)
