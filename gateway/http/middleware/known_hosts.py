"""Refuses requests that name an unknown host: a page of another site, whose name leads here by DNS rebinding."""

import re
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.http.error_responses import error_response

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]*)?")
"""A Host header in lower case: a name or an address, and a port."""


class KnownHosts:
    """ASGI middleware. Responds 400 to a request or a handshake whose Host header has none of the `names`."""

    def __init__(self, app: ASGIApp, *, names: Collection[str]) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            found = HOST.fullmatch(Headers(scope=scope).get("host", "").lower())
            if found is None or found[1] not in self._names:
                await error_response(400, "the Host header names another host")(scope, receive, send)
                return
        await self._app(scope, receive, send)
