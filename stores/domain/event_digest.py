"""The digest of an event's body, which decides whether a repeated id is the same event or another one."""

import hashlib
from collections.abc import Mapping
from json import JSONEncoder
from json.encoder import encode_basestring_ascii as encode_text

from stores.domain.events import Event
from stores.domain.paging import to_ms

encode = JSONEncoder(sort_keys=True, separators=(",", ":")).encode
FLAGS: Mapping[bool | None, str] = {None: "null", True: "true", False: "false"}


def digest(event: Event) -> bytes:
    """SHA-256 of the body. Two events of one id are the same event if and only if their digests are equal.

    Numbers that are equal as JSON count as equal: `1`, `1.0` and `1e0` (RFC 8785, section 3.2.2.3). Unlike RFC 8785,
    integers beyond 2^53 keep all their digits. Gateways before this rule stored digests of numbers as they were
    written; where a stored digest differs, the ledger's event is digested again before it is called a conflict.

    The body is the text that `encode` makes of a list of these values, written out: the ledger has such digests.
    """
    voids = "null" if event.voids is None else f'"{event.voids}"'
    extensions = encode(canonical(event.extensions)) if event.extensions else "{}"
    body = (
        f'["{event.registration}","{event.verb.value}",{_text(event.verb_iri)},{_text(event.item_key)},'
        f"{to_ms(event.at)},{_number(event.score)},{FLAGS[event.success]},{_number(event.progress)},"
        f"{'null' if event.duration_ms is None else event.duration_ms},{_number(event.position)},"
        f"{_text(event.session_id)},{voids},{extensions}]"
    )
    return hashlib.sha256(body.encode()).digest()


def _text(value: str | None) -> str:
    return "null" if value is None else encode_text(value)


def _number(value: float | None) -> str:
    return "null" if value is None else repr(float(value))


def canonical(value: object) -> object:
    """The JSON value with each number in one form: whole numbers of up to 64 bits are integers."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and -(2**63) <= value < 2**63 else value
    if isinstance(value, Mapping):
        return {key: canonical(inner) for key, inner in value.items()}
    return [canonical(inner) for inner in value] if isinstance(value, list) else value
