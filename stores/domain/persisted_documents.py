"""Persisted documents: GraphQL texts that clients register once and then name by their sha256."""

from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentBounds:
    """What a store keeps: each document for `kept_for` after its last use, `most` documents in all, and `new_an_hour`
    new ones of each subject in an hour of the clock."""

    kept_for: timedelta = timedelta(hours=24)
    most: int = 10_000
    new_an_hour: int = 100


DEFAULT_BOUNDS = DocumentBounds()


def hour_of(at: datetime) -> int:
    """The number of the hour since 1970 in which new documents are counted."""
    return int(at.timestamp() // HOUR.total_seconds())
