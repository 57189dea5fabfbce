"""The entry of a request or of a socket in the access log, which the operations of a request add to."""

from dataclasses import dataclass, field
from typing import Any

ENTRY = "access_entry"
"""The name of the entry in the ASGI scope."""


@dataclass(slots=True, kw_only=True)
class AccessEntry:
    """`request_id`: that of the request or the handshake. `transport`: http, sse or websocket. `is_open`: the line of
    a request is not written yet, and will have the `fields` of its operation. A socket may run many operations, so
    each of them has a line of its own."""

    request_id: str
    transport: str = "http"
    is_open: bool = True
    fields: dict[str, Any] = field(default_factory=dict)
