"""The tables of the timeline before it only appended. They are never read."""

from stores.sql.core.pool import Pool
from stores.sql.core.transact import fetch

TABLES = ("timeline_events", "timeline_quarters")


async def drop_old_layout(pool: Pool) -> None:
    """Drop the tables of the old layout; no error if there are none."""
    for table in TABLES:
        await fetch(pool, "timeline", f"DROP TABLE IF EXISTS {table}")
