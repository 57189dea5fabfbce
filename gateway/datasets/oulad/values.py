"""Parses single values of OULAD's files. A ValueError names the column and shows the text."""

import re
from collections.abc import Collection

from gateway.datasets.bad_rows import quoted

WHOLE = re.compile(r"-?[0-9]{1,9}")
DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
FURTHEST_DAY = 3_660
"""Limit of days before or after a run's start. Ten years are surely a mistake, and could leave the range of dates."""
MISSING = ("", "?")
"""Texts for a missing value. Other editions of the dataset write "?"."""


def integer(column: str, text: str, least: int, most: int) -> int:
    """A whole number from `least` to `most`."""
    if WHOLE.fullmatch(text) is None:
        raise ValueError(f"{column} {quoted(text)} is not a whole number")
    value = int(text)
    if not least <= value <= most:
        raise ValueError(f"{column} {value} is not within {least} … {most}")
    return value


def count(column: str, text: str) -> int:
    """A whole number from 0 up; ids are numbers, too."""
    return integer(column, text, 0, 999_999_999)


def optional_day(column: str, text: str) -> int | None:
    """A number of days or weeks, or None for a missing value."""
    return None if text in MISSING else integer(column, text, -FURTHEST_DAY, FURTHEST_DAY)


def percentage(column: str, text: str) -> float:
    """A number from 0 to 100."""
    if DECIMAL.fullmatch(text) is None or float(text) > 100:
        raise ValueError(f"{column} {quoted(text)} is not a number from 0 to 100")
    return float(text)


def one_of(column: str, text: str, known: Collection[str]) -> str:
    """One of the known texts."""
    if text not in known:
        raise ValueError(f"{column} {quoted(text)} is not one of {', '.join(sorted(known))}")
    return text


def printable_text(column: str, text: str) -> str:
    """Text that is not empty and has no control characters."""
    if not text or not text.isprintable():
        raise ValueError(f"{column} {quoted(text)} is not readable text")
    return text
