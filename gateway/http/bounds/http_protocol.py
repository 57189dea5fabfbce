"""uvicorn's HTTP protocol with bounds on the head of a request, the time to send it, and the number of connections.

uvicorn has none of them with httptools (docs/decisions/0023-bounds-in-the-http-protocol.md).
"""

import asyncio
import logging
from asyncio import TimerHandle
from enum import Enum
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gateway.http.bounds.connection_limit import ConnectionBounds
from gateway.http.bounds.lingering import MOST_BYTES, Lingering, ResponseTransport
from gateway.http.error_responses import error_response
from gateway.http.middleware.security_headers import HEADERS
from gateway.observability.refusals import RefusalKind

log = logging.getLogger("quadrangle.http")
MOST_PIPELINED = 16
PROBE_SECONDS = 2.0
PROBE_PATH = b"/livez"
FRAMING_FACTOR = 8
"""Bytes of chunk sizes, chunk extensions and trailers for each byte of a chunked body."""

REFUSED = {
    408: RefusalKind.SLOW_REQUEST,
    431: RefusalKind.HEAD,
    503: RefusalKind.CONNECTIONS,
}
"""The bound that a status stands for."""


class Refused(Exception):
    """A callback of the parser refuses the request with this status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Awaited(Enum):
    """What the client sends next."""

    REQUEST = "a request, perhaps never"
    HEAD = "the rest of a head"
    BODY = "the rest of a body"


class HttpProtocol(HttpToolsProtocol):
    """Overrides parts of uvicorn that are not documented: see uvicorn_internals.py."""

    def __init__(self, *args: Any, bounds: ConnectionBounds, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._bounds = bounds
        self._awaited = Awaited.REQUEST
        self._timed = Awaited.REQUEST
        self._timer: TimerHandle | None = None
        self._size = 0  # of the data that the parser is given
        self._fed = 0  # about the bytes of the request so far, and at most `_size` more
        self._body_bytes = 0
        self._probe = False
        self._lingers = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._response_transport = ResponseTransport(transport, self._end_response)
        self._probe = len(self.connections) > self._bounds.connections
        if self._probe:
            self._bounds.probes.add(self, self._refuse_connection)
        self._timed = Awaited.HEAD
        self._timer = self.loop.call_later(PROBE_SECONDS if self._probe else self._bounds.head_timeout, self._late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self._size = len(data)
        self._fed += self._size
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
                self._forget()
                return
            # The request is served as if it had no Upgrade header (RFC 9110, section 7.8).
        except httptools.HttpParserError as error:
            refused = error.__context__
            if not isinstance(refused, Refused):
                refused = Refused(400, "this is not an HTTP/1.1 request")
            self._refuse(refused)
            return
        awaited = self._awaited
        if awaited is not self._timed:
            self._start_timer(awaited)
        if awaited is not Awaited.REQUEST and self._takes_too_much():
            self._refuse(Refused(431, "the head of the request is too large"))

    def on_message_begin(self) -> None:
        self._awaited = Awaited.HEAD
        self._fed = self._size
        self._body_bytes = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self.headers) >= self._bounds.headers:
            raise Refused(431, f"the request has more than {self._bounds.headers} headers")
        # What uvicorn does, without the call.
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        bounds = self._bounds
        if self._fed > bounds.head_limit and self._head_bytes() > bounds.head_limit:
            raise Refused(431, f"the head of the request has more than {bounds.head_limit:,} bytes")
        if len(self.pipeline) >= MOST_PIPELINED:
            raise Refused(400, "too many requests were sent before the first was answered")
        if self._probe and self.url != PROBE_PATH:
            raise Refused(503, "the gateway has as many connections as it may: retry later")
        self._awaited = Awaited.BODY
        super().on_headers_complete()
        if (cycle := self.cycle) is not None:  # None: the request is a WebSocket's
            cycle.transport = self._response_transport  # type: ignore[assignment]
            if self._probe:
                cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._awaited = Awaited.REQUEST
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if not self._lingers:
            super().on_response_complete()

    def _head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _takes_too_much(self) -> bool:
        """Whether the incomplete head is too large, or the framing of the incomplete body (chunk sizes, extensions,
        trailers): the parser keeps both in memory."""
        if self._awaited is Awaited.HEAD:
            return self._fed > self._bounds.head_limit
        if self.cycle.response_complete and self._fed > MOST_BYTES:
            return True
        return self._fed - self._body_bytes > self._bounds.head_limit * 2 + self._body_bytes * FRAMING_FACTOR

    def _start_timer(self, awaited: Awaited) -> None:
        self._stop_timer()
        self._timed = awaited
        if awaited is not Awaited.REQUEST:
            bounds = self._bounds
            seconds = bounds.head_timeout if awaited is Awaited.HEAD else bounds.body_timeout
            self._timer = self.loop.call_later(seconds, self._late)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        if self._awaited is Awaited.REQUEST:  # a new connection that has sent nothing
            self.transport.close()
        else:
            self._refuse(Refused(408, f"the client did not send {self._awaited.value} in time"))

    def _refuse_connection(self) -> None:
        self._refuse(Refused(503, "the gateway has as many connections as it may: retry later"))

    def _refuse(self, refused: Refused) -> None:
        """Respond to the request that is being received, and close. The response to an earlier one may be under way:
        then only close."""
        if self.transport.is_closing():
            return
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started or self.pipeline or self._awaited is not Awaited.BODY:
                self.transport.abort()
                return
        elif cycle is not None and self._awaited is Awaited.BODY:  # it has its response
            self.transport.abort()
            return
        log.info("refused", extra={"status": refused.status})
        if (kind := REFUSED.get(refused.status)) is not None:
            self._bounds.refusals.count(kind)
        headers = {**HEADERS, "Connection": "close"} | ({"Retry-After": "5"} if refused.status == 503 else {})
        response = error_response(refused.status, str(refused), headers=headers)
        lines = [STATUS_LINE[refused.status]]
        for name, value in (*self.server_state.default_headers, *response.raw_headers):
            lines += [name, b": ", value, b"\r\n"]
        self.transport.write(b"".join([*lines, b"\r\n", response.body]))
        if self._probe:
            self.transport.close()
        else:
            self._linger()

    def _end_response(self) -> None:
        """Close after a response. The client may still be sending the body of its request."""
        if self._probe or self._awaited is Awaited.REQUEST or self.transport.is_closing():
            self.transport.close()
        else:
            self._linger()

    def _forget(self) -> None:
        """The connection is lost, or has another protocol. References to this one would keep it in memory."""
        self._stop_timer()
        self._bounds.probes.discard(self)
        self.parser = None  # type: ignore[assignment]  # as uvicorn does when the connection is lost
        self._response_transport.close = self.transport.close

    def _linger(self) -> None:
        self._lingers = True
        self._unset_keepalive_if_required()
        self.connections.discard(self)
        self.flow.resume_reading()
        self._forget()
        self.transport.set_protocol(Lingering(self.transport, self.connections))
