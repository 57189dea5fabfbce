"""The event ledger: all accepted events. Rows are never changed. An event whose slot is taken is a bug:
the unique index `event_ledger_by_place` makes the transaction fail."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from stores.domain.admission import LedgerEntry
from stores.domain.events import Event
from stores.domain.progress import Enrollment
from stores.sql.core.pool import Connection
from stores.sql.core.tables import array_of
from stores.sql.progress.rows import event_of
from stores.sql.progress.tables import LEDGER, NEW_EVENTS

# One round trip for two results: the added events, and those of them that voids of earlier transactions target. The ids
# are a parameter of both parts: with a join, PostgreSQL would read all voids, and lock them against writers.
ADD = f"""
WITH added AS (
    INSERT INTO event_ledger ({NEW_EVENTS.names}) {NEW_EVENTS.given()}
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id, registration
)
SELECT true AS added, event_id, registration FROM added
UNION ALL
SELECT false AS added, voids, registration FROM event_ledger
WHERE voids = ANY({array_of(1, "uuid")}) AND voids IS NOT NULL AND verb = 'VOIDED'
"""

KNOWN = "SELECT event_id, registration, body_sha256, slot FROM event_ledger WHERE event_id = ANY($1::text[]::uuid[])"

BY_ID = f"SELECT {LEDGER.names} FROM event_ledger WHERE event_id = ANY($1::text[]::uuid[])"

WHOLE = f"SELECT {LEDGER.names} FROM event_ledger WHERE registration = ANY($1::text[]::uuid[])"


async def add(connection: Connection, rows: Sequence[tuple[object, ...]]) -> dict[UUID, bool]:
    """Insert the rows whose id is new. Return their ids, each with whether an earlier void targets it."""
    found = await connection.fetch(ADD, *NEW_EVENTS.arrays(rows))
    voided = {(row["event_id"], row["registration"]) for row in found if not row["added"]}
    return {row["event_id"]: (row["event_id"], row["registration"]) in voided for row in found if row["added"]}


async def known(connection: Connection, ids: Collection[UUID]) -> dict[UUID, LedgerEntry]:
    """The ledger's entries for these ids; unknown ones are absent."""
    if not ids:
        return {}
    rows = await connection.fetch(KNOWN, [str(key) for key in ids])
    return {row["event_id"]: LedgerEntry(row["registration"], row["body_sha256"], row["slot"]) for row in rows}


async def by_ids(connection: Connection, ids: Collection[UUID], enrollments: Mapping[UUID, Enrollment]) -> list[Event]:
    """These events. `enrollments` must have those of their registrations."""
    if not ids:
        return []
    rows = await connection.fetch(BY_ID, [str(key) for key in ids])
    return [event_of(row, enrollments[row["registration"]]) for row in rows]


async def whole(connection: Connection, enrollments: Mapping[UUID, Enrollment]) -> dict[UUID, list[Event]]:
    """All events of these registrations."""
    if not enrollments:
        return {}
    found: dict[UUID, list[Event]] = {key: [] for key in enrollments}
    for row in await connection.fetch(WHOLE, [str(key) for key in enrollments]):
        found[row["registration"]].append(event_of(row, enrollments[row["registration"]]))
    return found
