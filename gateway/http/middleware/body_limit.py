"""Refuses request bodies that are too large, one by one or together."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.error_responses import error_response
from gateway.http.request_headers import headers_of
from gateway.observability.refusals import RefusalKind, Refusals

UNCOUNTED_BYTES = 16_384
"""Of each body. Large bodies that arrive slowly must not keep out the small ones, which most are."""


class BodyLimit:
    """Responds 413 to a body of more than `most` bytes: at once if Content-Length says so, else when it gets there.

    Responds 503 to a body by which the bodies of all current requests would have more than `total` bytes.
    """

    def __init__(self, app: ASGIApp, *, most: int, total: int, refusals: Refusals) -> None:
        self._app = app
        self._refusals = refusals
        self._most = most
        self._left = total
        self._message = f"the request body has more than {most:,} bytes"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = headers_of(scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > self._most:
            self._refusals.count(RefusalKind.BODY)
            # The client may still be sending; without `close` the server would read the rest of the body.
            await error_response(413, self._message, headers={"Connection": "close"})(scope, receive, send)
            return
        received = counted = 0

        async def receive_within() -> Message:
            nonlocal received, counted
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._most:
                self._refusals.count(RefusalKind.BODY)
                raise HTTPException(413, self._message, headers={"Connection": "close"})
            if (more := received - UNCOUNTED_BYTES - counted) > 0:
                if more > self._left:
                    self._refusals.count(RefusalKind.BODIES)
                    headers = {"Connection": "close", "Retry-After": "1"}
                    raise HTTPException(503, "the gateway is receiving too many large bodies", headers=headers)
                self._left -= more
                counted += more
            return message

        try:
            await self._app(scope, receive_within, send)
        finally:
            self._left += counted
