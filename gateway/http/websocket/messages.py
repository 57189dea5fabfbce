"""Messages of graphql-transport-ws (github.com/enisdenjo/graphql-ws, PROTOCOL.md) and its close codes."""

from collections.abc import Mapping
from typing import Any

import orjson

from gateway.http import request_json

LOST = 1006
MALFORMED = 4400
UNAUTHORIZED = 4401
FORBIDDEN = 4403
NOT_ACCEPTABLE = 4406
TOO_SLOW = 4408
TAKEN = 4409
TOO_MANY = 4429

MAX_ID_BYTES = 256
MAX_REASON_BYTES = 123
"""The limit of a close frame (RFC 6455, 5.5)."""
WITH_ID = frozenset({"subscribe", "complete"})
"""Client messages that need an id."""
WITH_PAYLOAD = frozenset({"connection_init", "ping", "pong"})
"""Client messages that may have an object as payload."""
MAX_CHARACTERS = {"connection_init": 32_768, "ping": 1_024, "pong": 1_024}
"""By type of message. Before `connection_init` the client is not known, and each ping is answered with its payload."""


class Close(Exception):
    """The client violated the protocol: the connection is closed with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")


def read(frame: Mapping[str, Any]) -> dict[str, Any]:
    """Decode and check a received frame: its type, id, payload and size. `parse_request` checks the payload of
    `subscribe`. `size` in the message is the number of its characters. Raises `Close`."""
    text = frame.get("text")
    if text is None:
        raise Close(MALFORMED, "a message must be text")
    try:
        message = request_json.loads(text)
    except orjson.JSONDecodeError:
        raise Close(MALFORMED, "a message must be JSON") from None
    if not isinstance(message, dict):
        raise Close(MALFORMED, "a message must be a JSON object")
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in WITH_ID | WITH_PAYLOAD:
        raise Close(MALFORMED, "the type of the message is unknown")
    if kind in WITH_ID and not (isinstance(message.get("id"), str) and message["id"]):
        raise Close(MALFORMED, f"the id of {kind} must be a non-empty string")
    if kind in WITH_ID and len(message["id"].encode()) > MAX_ID_BYTES:
        raise Close(MALFORMED, f"the id of {kind} has more than {MAX_ID_BYTES} bytes")
    if kind in MAX_CHARACTERS and len(text) > (most := MAX_CHARACTERS[kind]):
        raise Close(MALFORMED, f"{kind} has more than {most:,} characters")
    if kind in WITH_PAYLOAD and not isinstance(message.get("payload", {}), dict | None):
        raise Close(MALFORMED, f"the payload of {kind} must be an object")
    message["size"] = len(text)
    return message


def next_prefix(id: str) -> str:
    """The part of a `next` message before its payload; a brace follows the payload. Over all events of an operation it
    is the same, and the payload is serialised once for all of its subscribers."""
    return f'{{"type":"next","id":{orjson.dumps(id).decode()},"payload":'


def write(kind: str, id: str | None = None, payload: object = None) -> str:
    """Encode a message of the server."""
    message: dict[str, object] = {"type": kind}
    if id is not None:
        message["id"] = id
    if payload is not None:
        message["payload"] = payload
    return orjson.dumps(message).decode()
