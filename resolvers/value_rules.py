"""The rules of single values: what is wrong with one, in words, or None.

Hundreds of events come in a request, so nothing is made while all is well; `inputs.py` gathers faults
with their places.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from stores.domain.documents import fault_of, holds_nul
from stores.domain.paging import CLEAN_TEXT

LONGEST_KEY, LONGEST_TEXT, LONGEST_PROSE = 512, 1_000, 20_000
LONGEST_DOCUMENT = 64 * 1024
HEAVIEST = 1_000_000
"""Of weights, whose sums stay finite then."""
LONGEST_DURATION = timedelta(days=366)
LONGEST_SECONDS = LONGEST_DURATION.total_seconds()
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=5)


def fault_of_text(value: str, longest: int) -> str | None:
    if len(value) > longest:
        return f"is longer than {longest:,} characters"
    return None if CLEAN_TEXT.fullmatch(value) else "must be Unicode text without NUL"


def fault_of_name(value: str, longest: int) -> str | None:
    """Of text that says something."""
    return fault_of_text(value, longest) if value and not value.isspace() else "must not be empty"


def fault_of_share(value: float | None) -> str | None:
    """Of scores, progress and thresholds."""
    return None if value is None or 0 <= value <= 1 else "must be between 0 and 1"


def fault_of_amount(value: float | None) -> str | None:
    return None if value is None or 0 <= value < math.inf else "must be a number from 0 on"


def fault_of_weight(value: float) -> str | None:
    return fault_of_amount(value) or (f"is more than {HEAVIEST:,}" if value > HEAVIEST else None)


def fault_of_duration(seconds: float | None) -> str | None:
    if seconds is None or 0 <= seconds <= LONGEST_SECONDS:
        return None
    return fault_of_amount(seconds) or f"is more than {LONGEST_DURATION.days} days"


def fault_of_moment(value: datetime, now: datetime) -> str | None:
    if value < EARLIEST:
        return f"is before the year {EARLIEST.year}"
    if value > now + AHEAD:
        return f"is more than {AHEAD // timedelta(minutes=1)} minutes ahead of the gateway's clock"
    return None


def fault_of_document(value: Any) -> str | None:
    if not isinstance(value, Mapping):
        return "must be a JSON object"
    if fault := fault_of(value):
        return f"holds {fault}"
    if len(orjson.dumps(value)) > LONGEST_DOCUMENT:
        return f"is more than {LONGEST_DOCUMENT // 1024} kB of JSON"
    return "must be text without NUL" if holds_nul(value) else None
