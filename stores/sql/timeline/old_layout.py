"""The tables of the timeline before it only appended. They are never read."""

from stores.sql.core.pool import Pool
from stores.sql.core.transact import fetch

EXISTING = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = current_schema() AND table_name IN ('timeline_events', 'timeline_quarters') ORDER BY 1
"""


async def drop_old_layout(pool: Pool) -> list[str]:
    """Drop the tables of the old layout, and return their names."""
    found = [row["table_name"] for row in await fetch(pool, "timeline", EXISTING)]
    for table in found:
        await fetch(pool, "timeline", f"DROP TABLE IF EXISTS {table}")
    return found
