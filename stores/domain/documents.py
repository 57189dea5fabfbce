"""Open documents: JSON objects whose keys clients choose. Every store returns them exactly as it got them."""

import math
from collections.abc import Mapping
from typing import Any

DEEPEST = 64
"""The deepest nesting of objects and lists. MongoDB allows 100, its own levels included."""


def fault_of(document: Mapping[str, Any]) -> str | None:
    """Why a store could not return this document exactly, as a phrase for an error message; None if it can."""
    return _fault(document, DEEPEST)


def _fault(value: object, depth: int) -> str | None:
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int):
        return None if -(2**63) <= value < 2**63 else "an integer of more than 64 bits"
    if isinstance(value, float):
        return None if math.isfinite(value) else "a number that is not finite"
    if isinstance(value, str):
        return None if _is_unicode(value) else "text that is not Unicode"
    if depth == 0:
        return f"more than {DEEPEST} levels"
    if isinstance(value, list):
        return next((fault for inner in value if (fault := _fault(inner, depth - 1))), None)
    if not isinstance(value, Mapping):
        return "a value that is not JSON"
    for key, inner in value.items():
        if not isinstance(key, str):
            return "a key that is not text"
        if fault := _fault(key, depth) or _fault(inner, depth - 1):
            return fault
    return None


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def holds_nul(value: object) -> bool:
    """Whether a text in this JSON value contains NUL. JSON allows it, but jsonb of PostgreSQL and CockroachDB does
    not."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, Mapping):
        return any(map(holds_nul, value)) or any(map(holds_nul, value.values()))
    return isinstance(value, list) and any(map(holds_nul, value))
