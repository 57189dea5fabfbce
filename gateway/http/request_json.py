"""JSON of requests and messages, with integers of any size kept exactly."""

import json
import re

import orjson

MAX_DIGITS = 300
"""Digits of an integer. A longer one does not fit a float either."""
LONG_NUMBER = re.compile(r"[0-9]{19}")
LONG_NUMBER_BYTES = re.compile(LONG_NUMBER.pattern.encode())


def loads(data: str | bytes) -> object:
    """Parse JSON. Raises `orjson.JSONDecodeError`, a ValueError.

    orjson silently turns an integer beyond 64 bits into a rounded float. Documents with a number of 19 digits or more
    are therefore parsed by the standard library, which is slower and keeps integers exactly: the schema's rules then
    refuse what is too large, as they do for literals in the document.
    """
    parsed: object = orjson.loads(data)
    if (LONG_NUMBER.search(data) if isinstance(data, str) else LONG_NUMBER_BYTES.search(data)) is None:
        return parsed
    text = data if isinstance(data, str) else data.decode()
    try:
        return json.loads(text, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise orjson.JSONDecodeError(str(error), text, 0) from None


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"an integer has more than {MAX_DIGITS} digits")
    return int(digits)
