"""Open documents as MongoDB fields, and back. Their keys are anybody's: dots, dollars and NULs are escaped, because
MongoDB takes `a.b` for a path and `$ref` for a reference."""

import re
from collections.abc import Mapping
from typing import Any

_ESCAPES = str.maketrans({"%": "%25", "$": "%24", ".": "%2E", "\0": "%00"})
_ESCAPED = re.compile("%(25|24|2E|00)")


def stored(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key.translate(_ESCAPES): stored(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [stored(inner) for inner in value]
    return value


def opened(value: Any) -> Any:
    if isinstance(value, dict):
        return {_unescaped(key): opened(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [opened(inner) for inner in value]
    # The driver gives 64-bit integers as a class of its own.
    return int(value) if type(value) is not bool and isinstance(value, int) else value


def _unescaped(key: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), key) if "%" in key else key
