"""Cross-origin resource sharing (WHATWG Fetch, "HTTP-CORS protocol"): Starlette's, with our origins and a log line."""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.http import demo_roles
from gateway.http.origins import Origins, is_foreign, log_refused
from gateway.http.request_headers import headers_of

METHODS = ("GET", "POST")
REQUEST_HEADERS = (
    *("Authorization", "X-Gateway-Trace", "X-Gateway-Executor", "X-Request-ID", "X-Request-Timeout", "Last-Event-ID"),
    *("Apollo-Require-Preflight", "Apollographql-Client-Name", "Apollographql-Client-Version"),
    *("Traceparent", "Tracestate", "Baggage"),  # tracing in browsers (W3C Trace Context) sends them with each request
)
RESPONSE_HEADERS = ("Retry-After", "X-Request-ID")
MAX_AGE_SECONDS = 600
SAME_ORIGIN = frozenset({demo_roles.PATH})
"""Paths for pages of the gateway only: no other origin may read their responses, listed or not."""


class Cors(CORSMiddleware):
    """Answers preflights before anything else does, and marks all other responses, those of errors too.

    Credentials are never allowed: clients send tokens in a header, and cookies are not read. `SecurityHeaders` adds
    `Vary: Origin`, also where a request has none.
    """

    def __init__(self, app: ASGIApp, *, origins: Origins) -> None:
        super().__init__(
            app,
            allow_methods=METHODS,
            allow_headers=REQUEST_HEADERS,
            expose_headers=RESPONSE_HEADERS,
            max_age=MAX_AGE_SECONDS,
        )
        self._origins = origins

    def is_allowed_origin(self, origin: str) -> bool:
        return self._origins.allow(origin)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope) if scope["type"] == "http" else {}
        if "origin" not in headers or scope["path"] in SAME_ORIGIN:
            await self.app(scope, receive, send)
            return
        if is_foreign(headers) and not self._origins.allow(headers["origin"]):
            log_refused(headers["origin"])
        await super().__call__(scope, receive, send)
