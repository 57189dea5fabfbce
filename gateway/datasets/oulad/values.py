"""A single value of OULAD's files: text in, a checked value out; ValueError names the column and shows the text."""

import re
from collections.abc import Collection

WHOLE = re.compile(r"-?[0-9]{1,9}")
DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
FURTHEST_DAY = 3_660
"""Days from a run's start: ten years either way is surely a slip, and keeps every instant a possible one."""
MISSING = ("", "?")
"""The dataset's other editions write "?" for a value that is not there."""


def whole(column: str, text: str, least: int, most: int) -> int:
    if WHOLE.fullmatch(text) is None:
        raise ValueError(f"{column} {shown(text)} is not a whole number")
    value = int(text)
    if not least <= value <= most:
        raise ValueError(f"{column} {value} is not within {least} … {most}")
    return value


def number(column: str, text: str) -> int:
    return whole(column, text, 0, 999_999_999)


def whole_or_none(column: str, text: str) -> int | None:
    return None if text in MISSING else whole(column, text, -FURTHEST_DAY, FURTHEST_DAY)


def percent(column: str, text: str) -> float:
    if DECIMAL.fullmatch(text) is None:
        raise ValueError(f"{column} {shown(text)} is not a number from 0 to 100")
    value = float(text)
    if value > 100:
        raise ValueError(f"{column} {shown(text)} is not a number from 0 to 100")
    return value


def one_of(column: str, text: str, known: Collection[str]) -> str:
    if text not in known:
        raise ValueError(f"{column} {shown(text)} is none of {', '.join(sorted(known))}")
    return text


def words(column: str, text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError(f"{column} {shown(text)} is not readable text")
    return text


def shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
