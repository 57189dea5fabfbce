"""Migration 0006 of progress: slots and partitions for the rows that have none, and the unique index of the slots.

It works in batches of registrations, each in one transaction that holds their row locks, and keeps its position in
`progress_rebuilds`. Rows that have a slot keep it.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from uuid import UUID

import asyncpg

from stores.domain.outbox import partition_of
from stores.domain.paging import to_ms
from stores.domain.slots import Moment, assign_slots
from stores.sql.core.dialect import is_cockroach
from stores.sql.core.pool import Connection, Pool, borrow_connection
from stores.sql.core.transact import fetch, transact
from stores.sql.core.where_clause import WhereClause

STORE = "progress"
REGISTRATIONS = 50
"""Registrations in a transaction. A ledger has hundreds of events."""
INDEX_SECONDS = 3600.0

POSITION = "SELECT after_registration FROM progress_rebuilds WHERE name = 'slots'"
ADVANCE = """
INSERT INTO progress_rebuilds (name, after_registration) VALUES ('slots', $1::text::uuid)
ON CONFLICT (name) DO UPDATE SET after_registration = excluded.after_registration
"""
END = "DELETE FROM progress_rebuilds WHERE name = 'slots'"

TABLES = ("enrollments", "item_progress", "item_sessions", "course_progress", "certificates", "resume_points")
"""The tables that get partitions, besides the ledger."""

# Resume points may belong to registrations without an enrolment.
WITHOUT_ENROLMENT = "SELECT DISTINCT registration FROM resume_points WHERE partition IS NULL LIMIT $1"

EVENTS = """
SELECT event_id, registration, occurred_at, slot FROM event_ledger WHERE registration = ANY($1::text[]::uuid[])
ORDER BY registration, occurred_at, event_id
"""
PLACE = """
UPDATE event_ledger SET slot = given.slot, partition = given.partition
FROM unnest($1::text[]::uuid[], $2::text[]::int8[], $3::text[]::int8[]) AS given(event_id, slot, partition)
WHERE event_ledger.event_id = given.event_id
"""

INVALID = "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass('event_ledger_by_place') AND NOT indisvalid"
DROP = "DROP INDEX event_ledger_by_place"
CREATE = """
CREATE UNIQUE INDEX {} IF NOT EXISTS event_ledger_by_place ON event_ledger (registration, occurred_at, slot)
"""


async def fill_slots(pool: Pool) -> None:
    """Fill the columns that migration 0005 added, then build the unique index of the slots."""
    while await transact(pool, STORE, fill_next):
        pass
    while rows := await fetch(pool, STORE, WITHOUT_ENROLMENT, REGISTRATIONS):
        await transact(pool, STORE, partial(fill_partitions, registrations=registrations_of(rows)))
    async with borrow_connection(pool) as connection:
        await build_index(connection)
        await connection.execute(END)


async def fill_next(connection: Connection) -> bool:
    """Fill the rows of the next registrations. False if none is left."""
    where = WhereClause(REGISTRATIONS)
    if (after := await connection.fetchval(POSITION)) is not None:
        where.add("registration > {0}::uuid", after)
    query = f"SELECT registration FROM course_progress WHERE true{where.text} ORDER BY registration LIMIT $1 FOR UPDATE"
    registrations = registrations_of(await connection.fetch(query, *where.args))
    if not registrations:
        return False
    await fill_partitions(connection, registrations)
    await place_events(connection, registrations)
    await connection.execute(ADVANCE, str(registrations[-1]))
    return True


async def fill_partitions(connection: Connection, registrations: Sequence[UUID]) -> None:
    """Fill the partitions of these registrations, except in the ledger."""
    arrays = [str(key) for key in registrations], [str(partition_of(key)) for key in registrations]
    for table in TABLES:
        await connection.execute(
            f"""
            UPDATE {table} SET partition = given.partition
            FROM unnest($1::text[]::uuid[], $2::text[]::int8[]) AS given(registration, partition)
            WHERE {table}.registration = given.registration AND {table}.partition IS NULL
            """,
            *arrays,
        )


async def place_events(connection: Connection, registrations: Sequence[UUID]) -> None:
    """Give the events of these registrations that have no slot one, in the order of their times and ids."""
    taken: defaultdict[Moment, set[int]] = defaultdict(set)
    moments = {}
    for row in await connection.fetch(EVENTS, [str(key) for key in registrations]):
        moment = Moment(UUID(int=row["registration"].int), to_ms(row["occurred_at"]))
        if row["slot"] is None:
            moments[UUID(int=row["event_id"].int)] = moment
        else:
            taken[moment].add(row["slot"])
    if moments:
        slots = assign_slots(moments, taken)
        given = [(key, slots[key], partition_of(moment.registration)) for key, moment in moments.items()]
        await connection.execute(PLACE, *[[str(value) for value in column] for column in zip(*given, strict=True)])


async def build_index(connection: Connection) -> None:
    """Build the unique index outside a transaction. One that a killed run left half built is dropped first."""
    if not is_cockroach(connection) and await connection.fetchval(INVALID):
        await connection.execute(DROP, timeout=INDEX_SECONDS)
    # CONCURRENTLY waits for all older transactions of the database, which an empty table does not need.
    has_events = await connection.fetchval("SELECT EXISTS (SELECT 1 FROM event_ledger)")
    await connection.execute(CREATE.format("CONCURRENTLY" if has_events else ""), timeout=INDEX_SECONDS)


def registrations_of(rows: Sequence[asyncpg.Record]) -> list[UUID]:
    """The registrations of these rows."""
    return [UUID(int=row["registration"].int) for row in rows]
