"""Conversion between rows of the timeline's table and records."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from stores.domain.activity import ActivityCount
from stores.domain.event_codec import FIELDS
from stores.domain.event_columns import read_columns
from stores.domain.events import Event
from stores.domain.slots import place_of
from stores.sql.core.event_columns import EventColumns
from stores.sql.core.tables import Table


def columns_of(columns: Collection[str] | None) -> EventColumns:
    """The columns of the table that are read for these attributes of events (None: for all)."""
    without = FIELDS.keys() - read_columns(columns)
    return EventColumns(renamed={"id": "event_id"}, without=without, document_type="text")


COLUMNS = columns_of(None)
EVENTS = Table(name="interactions", columns=COLUMNS.types)


def distinct_rows(events: Iterable[Event]) -> list[Sequence[object]]:
    """The rows of these events, each place of a registration once: a statement may write a row once. In the order of
    the key, so that two relays that write the same rows do not lock each other."""
    rows: dict[tuple[str, datetime, int, UUID], Event] = {}
    for event in events:
        rows[event.learner_id, event.at, place_of(event).slot, event.registration] = event
    return [COLUMNS.values(rows[key]) for key in sorted(rows)]


def count_of(row: asyncpg.Record) -> ActivityCount:
    """The count of a row. The sum of durations is numeric: it may exceed 64 bits."""
    return ActivityCount(start=row["start"], events=row["events"], active_ms=int(row["active_ms"]))
