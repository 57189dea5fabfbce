"""Response headers that limit what browsers and caches do with a response."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    # A response is no page, except where it has a policy of its own.
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Pages of other origins load responses by CORS only, never as an image or a script.
    "Cross-Origin-Resource-Policy": "same-origin",
    # What one viewer got must not be served to another, by a proxy that keeps the answers to GET by their URL alone.
    "Cache-Control": "no-store",
}
"""For every response that has none of that name. Strict-Transport-Security is left to the proxy that terminates TLS."""
LINES = {name.lower().encode(): (name.lower().encode(), value.encode()) for name, value in HEADERS.items()}
"""The same as an ASGI message has them."""
VARY = (b"vary", b"Origin, Accept-Encoding")
"""For every response (RFC 9110, section 12.5.5): `Cors` and `Compression` may change what a browser or a cache gets."""
STARTS = ("http.response.start", "websocket.http.response.start")


class SecurityHeaders:
    """ASGI middleware. It adds each header to the responses that do not have it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_secured(message: Message) -> None:
            if message["type"] in STARTS:
                headers = message["headers"]
                present = {name for name, _ in headers}
                missing = [line for name, line in LINES.items() if name not in present]
                message["headers"] = [*headers, VARY, *missing]
            await send(message)

        await self._app(scope, receive, send_secured)
