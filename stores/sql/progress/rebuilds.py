"""The durable positions of rebuilds: a row for each rebuild under way."""

from collections.abc import Mapping
from uuid import UUID

import asyncpg

from stores.domain.rebuilds import Rebuild, RebuildPosition

NAMES: Mapping[Rebuild, str] = {
    Rebuild.PROGRESS: "all",  # from when there was only this one
    Rebuild.ACTIVITY: "activity",
    Rebuild.TIMELINE: "timeline",
}

START = "INSERT INTO progress_rebuilds (name) VALUES ($1) ON CONFLICT (name) DO NOTHING"

POSITION = "SELECT started_at, pass, after_registration FROM progress_rebuilds WHERE name = $1"

# Another process may have advanced further, or ended this rebuild and started the next: positions never move back.
ADVANCE = """
UPDATE progress_rebuilds SET pass = $3, after_registration = $4::text::uuid
WHERE name = $1 AND started_at = $2 AND (
    pass < $3 OR (pass = $3 AND (after_registration IS NULL OR after_registration < $4::text::uuid))
)
"""

END = "DELETE FROM progress_rebuilds WHERE name = $1"


def position_of(row: asyncpg.Record) -> RebuildPosition:
    """The position of a row of `POSITION`."""
    after = row["after_registration"]
    return RebuildPosition(
        started_at=row["started_at"], number=row["pass"], after=None if after is None else UUID(int=after.int)
    )


def position_values(position: RebuildPosition) -> tuple[object, ...]:
    """The parameters of `ADVANCE` after the name."""
    after = None if position.after is None else str(position.after)
    return (position.started_at, position.number, after)
