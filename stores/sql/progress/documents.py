"""Open documents as jsonb columns give them back."""

import json
import re
from typing import Any

import orjson

LONG_NUMBER = re.compile("[0-9]{19}")


def number_of(digits: str) -> int | float:
    """The number of these digits. jsonb writes 1e300 as 301 digits; a document has no integers beyond 64 bits."""
    number = int(digits)
    return number if -(2**63) <= number < 2**63 else float(digits)


# `json.loads` with an option would make a decoder for each text.
_decode = json.JSONDecoder(parse_int=number_of).decode


def document_of(text: str) -> dict[str, Any]:
    """The document of a jsonb column's text. Most are empty."""
    if text == "{}":
        return {}
    # orjson is five times as fast, but reads integers up to 2**64.
    document: dict[str, Any] = _decode(text) if LONG_NUMBER.search(text) else orjson.loads(text)
    return document
