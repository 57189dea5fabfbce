"""Open documents as jsonb columns give them back."""

import json
from typing import Any


def document_of(text: str) -> dict[str, Any]:
    """The document of a jsonb column's text."""
    document: dict[str, Any] = json.loads(text, parse_int=number_of)
    return document


def number_of(digits: str) -> int | float:
    """The number of these digits. jsonb writes 1e300 as 301 digits; a document has no integers beyond 64 bits."""
    number = int(digits)
    return number if -(2**63) <= number < 2**63 else float(digits)
