"""Around every request: an id, a line in the log, and one masked answer to what nobody expected."""

import logging
import re
from collections.abc import Callable
from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.refusals import refusal

log = logging.getLogger("quadrangle.http")
HEADER = "x-request-id"
SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
CLIENT_LEFT = 499
PROBES = ("/livez", "/readyz")


class Observe:
    def __init__(self, app: ASGIApp, *, new_id: Callable[[], str]) -> None:
        self._app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        request_id = self._id_of(scope)
        status = CLIENT_LEFT

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except ClientDisconnect:
            pass
        except Exception:
            log.exception("unexpected error", extra={"request_id": request_id})
            if status != CLIENT_LEFT:
                raise  # half an answer is out: the server can but cut the connection
            await refusal(500, f"internal error {request_id}", id=request_id)(scope, receive, send_marked)
        finally:
            self._tell(scope, request_id, status, (perf_counter() - started) * 1000)

    def _id_of(self, scope: Scope) -> str:
        given = Headers(scope=scope).get(HEADER, "")
        return given if SANE_ID.fullmatch(given) else self._new_id()

    def _tell(self, scope: Scope, request_id: str, status: int, ms: float) -> None:
        # The route, not the path: what a client puts into a URL is its own affair.
        route = scope.get("route")
        path = route.path if isinstance(route, Route | Mount) else "-"
        level = logging.DEBUG if path in PROBES else logging.INFO
        told = {"request_id": request_id, "method": scope["method"], "route": path, "status": status}
        log.log(level, "request", extra={**told, "ms": round(ms, 1)})
