"""The digest of an event's body, which decides whether a repeated id is the same event or another one."""

import hashlib
import json
from collections.abc import Mapping

from stores.domain.events import Event
from stores.domain.paging import to_ms


def digest(event: Event) -> bytes:
    """SHA-256 of the body. Two events of one id are the same event if and only if their digests are equal.

    Numbers that are equal as JSON count as equal: `1`, `1.0` and `1e0` (RFC 8785, section 3.2.2.3). Unlike RFC 8785,
    integers beyond 2^53 keep all their digits. Gateways before this rule stored digests of numbers as they were
    written; where a stored digest differs, the ledger's event is digested again before it is called a conflict.
    """
    body = [
        str(event.registration),
        event.verb.value,
        event.verb_iri,
        event.item_key,
        to_ms(event.at),
        None if event.score is None else float(event.score),
        event.success,
        None if event.progress is None else float(event.progress),
        event.duration_ms,
        None if event.position is None else float(event.position),
        event.session_id,
        None if event.voids is None else str(event.voids),
        canonical(event.extensions) if event.extensions else event.extensions,
    ]
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).digest()


def canonical(value: object) -> object:
    """The JSON value with each number in one form: whole numbers of up to 64 bits are integers."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and -(2**63) <= value < 2**63 else value
    if isinstance(value, Mapping):
        return {key: canonical(inner) for key, inner in value.items()}
    return [canonical(inner) for inner in value] if isinstance(value, list) else value
