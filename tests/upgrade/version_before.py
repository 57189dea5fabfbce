"""The stores of the version before slots: restored from the fixture, and what its ledger says by hand.

Nothing here uses the stores' own code for events, so that it is a second opinion.
"""

import lzma
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from stores.domain.calendar import Span
from stores.influx.client import Influx
from stores.sql.core.pool import Pool

FOLDER = Path(__file__).parent
KEPT_TABLES = (
    *("enrollments", "item_progress", "item_sessions", "course_progress", "certificates", "resume_points"),
    "event_ledger",
)
"""The tables that an upgrade must not change, except for new columns."""
NO_ACTIVITY = {"REGISTERED", "UNREGISTERED", "VOIDED"}
QUARTER = timedelta(minutes=15)

LEDGER = """
SELECT event_id, learner_id, course_key, registration, occurred_at, verb, duration_ms, voids
FROM event_ledger JOIN enrollments USING (registration)
"""
COLUMNS = """
SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1
ORDER BY ordinal_position
"""

Row = tuple[str | None, ...]


class OldEvent(NamedTuple):
    """An event of the ledger, as far as timelines and activity depend on it."""

    id: UUID
    learner_id: str
    course_key: str
    registration: UUID
    at: datetime
    verb: str
    duration_ms: int | None
    voids: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What the tables held before the upgrade. `columns`: of each table; `tables`: their rows as text, sorted."""

    events: Sequence[OldEvent]
    columns: Mapping[str, Sequence[str]]
    tables: Mapping[str, Sequence[Row]]

    @property
    def live(self) -> Iterator[OldEvent]:
        """The events that are not voided."""
        gone = {(event.voids, event.registration) for event in self.events if event.verb == "VOIDED"}
        for event in self.events:
            if event.verb == "VOIDED" or (event.id, event.registration) not in gone:
                yield event

    @property
    def active(self) -> Iterator[OldEvent]:
        """The live events that count as activity."""
        return (event for event in self.live if event.verb not in NO_ACTIVITY)

    @property
    def registrations(self) -> list[UUID]:
        """All registrations, those without events among them."""
        place = self.columns["enrollments"].index("registration")
        return [UUID(row[place]) for row in self.tables["enrollments"]]

    def course_counts(self, windows: Sequence[Span]) -> dict[str, list[tuple[int, int, int]]]:
        """Of each course in each window: events, distinct registrations, milliseconds."""
        of: defaultdict[str, list[OldEvent]] = defaultdict(list)
        for event in self.active:
            of[event.course_key].append(event)
        return {
            key: [counts(event for event in events if start <= event.at < end) for start, end in windows]
            for key, events in of.items()
        }

    def quarters(self) -> dict[UUID, list[tuple[datetime, int, int]]]:
        """Of each registration, its quarters of an hour with activity: start, events, milliseconds."""
        of: defaultdict[UUID, defaultdict[datetime, list[OldEvent]]] = defaultdict(lambda: defaultdict(list))
        for event in self.active:
            start = event.at.replace(minute=event.at.minute // 15 * 15, second=0, microsecond=0)
            of[event.registration][start].append(event)
        return {
            key: [(start, (count := counts(events))[0], count[2]) for start, events in sorted(quarters.items())]
            for key, quarters in of.items()
        }


def counts(events: Iterable[OldEvent]) -> tuple[int, int, int]:
    """Events, distinct registrations, milliseconds."""
    given = list(events)
    return len(given), len({event.registration for event in given}), sum(event.duration_ms or 0 for event in given)


async def restore_tables(pool: Pool) -> Before:
    """Create the old tables with their rows in an empty schema."""
    await pool.execute(lzma.decompress((FOLDER / "tables.sql.xz").read_bytes()).decode(), timeout=60)
    return await read_tables(pool)


async def read_tables(pool: Pool) -> Before:
    """What the tables hold now."""
    columns = {table: [row[0] for row in await pool.fetch(COLUMNS, table)] for table in KEPT_TABLES}
    return Before(
        events=[event_of(row) for row in await pool.fetch(LEDGER)],
        columns=columns,
        tables=await kept_rows(pool, columns),
    )


async def kept_rows(pool: Pool, columns: Mapping[str, Sequence[str]]) -> dict[str, Sequence[Row]]:
    """The rows of the tables in these columns, as text, sorted."""
    found: dict[str, Sequence[Row]] = {}
    for table, names in columns.items():
        texts = ", ".join(f"{name}::text" for name in names)
        found[table] = sorted(map(tuple, await pool.fetch(f"SELECT {texts} FROM {table}")), key=repr)
    return found


async def restore_points(influx: Influx) -> None:
    """Write the old points into an empty database."""
    await influx.write(lzma.decompress((FOLDER / "points.lp.xz").read_bytes()).splitlines())


def event_of(row: asyncpg.Record) -> OldEvent:
    """The driver's UUIDs are a class of its own."""
    values: list[Any] = [UUID(int=value.int) if isinstance(value, UUID) else value for value in row]
    return OldEvent(*values)
