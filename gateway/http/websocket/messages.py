"""What a client may say, and with which code it is closed when it says something else."""

from collections.abc import Mapping
from typing import Any

import orjson

from gateway.http import request_json

MALFORMED = 4400
UNAUTHORIZED = 4401
FORBIDDEN = 4403
NOT_ACCEPTABLE = 4406
TOO_SLOW = 4408
TAKEN = 4409
TOO_MANY = 4429

LONGEST_REASON = 123
"""Bytes: a close frame has no room for more."""
NAMED = frozenset({"subscribe", "complete"})
PAYLOAD = frozenset({"connection_init", "ping", "pong"})


class Close(Exception):
    """The client broke the protocol: the socket is closed, and so ends every operation on it."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:LONGEST_REASON].decode(errors="ignore")


def read(frame: Mapping[str, Any]) -> dict[str, Any]:
    """A received frame as a message: its `type` is a known one, the `id` that some need is a string, and the payload
    that others may have an object. The payload of `subscribe` is the operation's affair."""
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
    if not isinstance(kind, str) or kind not in NAMED | PAYLOAD:
        raise Close(MALFORMED, "a message must have a type that the protocol knows")
    if kind in NAMED and not (isinstance(message.get("id"), str) and message["id"]):
        raise Close(MALFORMED, f"the id of {kind} must be a string that is not empty")
    if kind in PAYLOAD and not isinstance(message.get("payload", {}), dict | None):
        raise Close(MALFORMED, f"the payload of {kind} must be an object")
    return message


def write(kind: str, id: str | None = None, payload: object = None) -> str:
    message: dict[str, object] = {"type": kind}
    if id is not None:
        message["id"] = id
    if payload is not None:
        message["payload"] = payload
    return orjson.dumps(message).decode()
