"""Conversion between rows of the timeline's tables and records."""

import asyncpg

from stores.domain.events import Event
from stores.domain.timeline import Quarter
from stores.sql.core.event_columns import EventColumns
from stores.sql.core.tables import Table

COLUMNS = EventColumns(renamed={"id": "event_id"}, document_type="text")
EVENTS = Table(name="timeline_events", columns=COLUMNS.types)
event_values = COLUMNS.values


def event_of(row: asyncpg.Record) -> Event:
    """The event of a row."""
    return Event(**COLUMNS.fields(row))


def quarter_of(row: asyncpg.Record) -> Quarter:
    """The quarter of a row."""
    return Quarter(start=row["start"], events=row["events"], active_ms=row["active_ms"])
