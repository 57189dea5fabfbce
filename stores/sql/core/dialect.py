"""What CockroachDB alone understands, told apart by the `crdb_version` that it announces. All other SQL is plain."""

import re

from stores.sql.core.pool import Connection

HASHED_KEYS = {"event_ledger": "event_id"}
"""Event ids may be in the order of time (UUIDv7): hashing spreads them over the ranges."""
EXPIRING_ROWS = {"migration_leases": "expires_at"}
"""Rows that the cluster deletes by itself after the time in this column."""
REGIONAL_ROWS = frozenset(
    {
        "enrollments",
        "item_progress",
        "item_sessions",
        "course_progress",
        "certificates",
        "resume_points",
        "event_ledger",
    }
)
"""In a database of several regions, rows live where they were written."""

TABLE = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+) \(.*\)", re.DOTALL)


def is_cockroach(connection: Connection) -> bool:
    return hasattr(connection.get_settings(), "crdb_version")


async def spoken(connection: Connection, statement: str) -> str:
    """A plain statement as this server wants it."""
    if not is_cockroach(connection):
        return statement
    regions = await connection.fetch("SHOW REGIONS FROM DATABASE")
    return for_cockroach(statement, regional=bool(regions))


def for_cockroach(statement: str, *, regional: bool) -> str:
    table = TABLE.fullmatch(statement)
    if table is None:
        return statement
    name = table[1]
    if name in HASHED_KEYS:
        key = f"{HASHED_KEYS[name]} uuid PRIMARY KEY"
        statement = statement.replace(key, f"{key} USING HASH", 1)
    if name in EXPIRING_ROWS:
        statement += f" WITH (ttl_expiration_expression = '{EXPIRING_ROWS[name]}')"
    if regional and name in REGIONAL_ROWS:
        statement += " LOCALITY REGIONAL BY ROW"
    return statement
