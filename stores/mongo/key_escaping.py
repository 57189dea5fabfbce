"""Escaping of keys in open documents. Clients choose the keys; MongoDB takes `a.b` for a path and `$ref` for a
reference and refuses NUL, so these characters are percent-encoded."""

import re
from collections.abc import Mapping
from typing import Any

_ESCAPES = str.maketrans({"%": "%25", "$": "%24", ".": "%2E", "\0": "%00"})
_ESCAPED = re.compile("%(25|24|2E|00)")
PLAIN = frozenset({str, int, float, bool, type(None)})
"""Types whose values stay as they are. Documents have many of them, so each saves a call."""


def escape_keys(value: Any) -> Any:
    """A JSON value with the keys of all its objects escaped."""
    if isinstance(value, Mapping):
        return {key.translate(_ESCAPES): escape_keys(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [escape_keys(inner) for inner in value]
    return value


def unescape_keys(value: Any) -> Any:
    """The inverse of `escape_keys`."""
    if isinstance(value, dict):
        return {
            _unescaped(key) if "%" in key else key: inner if type(inner) in PLAIN else unescape_keys(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [inner if type(inner) in PLAIN else unescape_keys(inner) for inner in value]
    # The driver returns 64-bit integers as a subclass of int.
    return int(value) if type(value) is not bool and isinstance(value, int) else value


def _unescaped(key: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), key)
