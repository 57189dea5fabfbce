"""Open documents: JSON objects of anybody's making that every store gives back exactly as they were given."""

import math
from collections.abc import Mapping
from typing import Any

DEEPEST = 64
"""Objects and lists within each other; MongoDB stops at 100 with its own around them."""


def fault_of(document: Mapping[str, Any]) -> str | None:
    """Why a store could not keep this document and give it back exactly; None when it can."""
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
    """Whether some text in it has a NUL: JSON may, yet not the jsonb of PostgreSQL and CockroachDB."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, Mapping):
        return any(map(holds_nul, value)) or any(map(holds_nul, value.values()))
    return isinstance(value, list) and any(map(holds_nul, value))
