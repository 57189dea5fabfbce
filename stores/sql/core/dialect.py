"""SQL that only CockroachDB understands. It reports its `crdb_version`; every other server gets plain PostgreSQL."""

import re

from stores.sql.core.pool import Connection

HASHED_KEYS = {"event_ledger": "event_id"}
"""Tables with hash-sharded keys. Event ids may be ordered by time (UUIDv7), which would write to one range only."""
EXPIRING_ROWS = {"migration_leases": "expires_at"}
"""Tables whose rows CockroachDB deletes after the time in this column (row-level TTL)."""
REGIONAL_ROWS = frozenset(
    {
        "enrollments",
        "item_progress",
        "item_sessions",
        "course_progress",
        "certificates",
        "resume_points",
        "event_ledger",
        "course_activity",
        "course_item_counts",
        "enrollment_order",
        "enrollment_counts",
    }
)
"""Tables whose rows are stored in the region that wrote them, in a database with several regions."""

POSTGRESQL_OPTIONS = re.compile(r" INCLUDE \([^)]*\)| WITH \(autovacuum_[^)]*\)")
"""Options of tables that CockroachDB refuses: columns included in a key (it includes all), and settings of VACUUM."""

INDEXED_COLUMNS = re.compile(r"(CREATE INDEX .*)\bINCLUDE \(", re.DOTALL)
"""Columns that an index has beside its key: CockroachDB calls them STORING."""

TABLE = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+) \(.*\)", re.DOTALL)


def is_cockroach(connection: Connection) -> bool:
    """Whether the server is CockroachDB."""
    return hasattr(connection.get_settings(), "crdb_version")


async def in_dialect(connection: Connection, statement: str) -> str:
    """A plain statement in the dialect of this server."""
    if not is_cockroach(connection):
        return statement
    regions = await connection.fetch("SHOW REGIONS FROM DATABASE")
    return for_cockroach(statement, regional=bool(regions))


def for_cockroach(statement: str, *, regional: bool) -> str:
    """A plain statement with the options of CockroachDB for its table. `regional`: the database has regions."""
    table = TABLE.fullmatch(statement)
    if table is None:
        return INDEXED_COLUMNS.sub(r"\1STORING (", statement)
    name = table[1]
    statement = POSTGRESQL_OPTIONS.sub("", statement)
    if name in HASHED_KEYS:
        key = f"{HASHED_KEYS[name]} uuid PRIMARY KEY"
        statement = statement.replace(key, f"{key} USING HASH", 1)
    if name in EXPIRING_ROWS:
        statement += f" WITH (ttl_expiration_expression = '{EXPIRING_ROWS[name]}')"
    if regional and name in REGIONAL_ROWS:
        statement += " LOCALITY REGIONAL BY ROW"
    return statement
