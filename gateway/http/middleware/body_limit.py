"""Refuses request bodies that are too large."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.error_responses import error_response


class BodyLimit:
    """Responds 413 to a body of more than `most` bytes: at once if Content-Length says so, else when it gets there."""

    def __init__(self, app: ASGIApp, *, most: int) -> None:
        self._app = app
        self._most = most
        self._message = f"the request body has more than {most:,} bytes"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > self._most:
            # The client may still be sending; without `close` the server would read the rest of the body.
            await error_response(413, self._message, headers={"Connection": "close"})(scope, receive, send)
            return
        left = self._most

        async def receive_within() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, self._message, headers={"Connection": "close"})
            return message

        await self._app(scope, receive_within, send)
