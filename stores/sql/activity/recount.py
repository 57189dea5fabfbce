"""Recounting: compare the rows of registrations with their ledgers, and replace those that differ."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from stores.domain.activity import count_activity
from stores.domain.progress_projection import without_voided
from stores.sql.activity.rows import ACTIVITY, activity_values, add_activity
from stores.sql.core.pool import Connection
from stores.sql.progress import ledger, snapshot

CURRENT = f"SELECT {ACTIVITY.names} FROM course_activity WHERE registration = ANY($1::text[]::uuid[])"

REMOVE = "DELETE FROM course_activity WHERE registration = ANY($1::text[]::uuid[])"


async def recount(connection: Connection, registrations: Collection[UUID]) -> int:
    """Return how many registrations changed. Their writers wait until the transaction ends."""
    locked = await snapshot.lock(connection, registrations)
    enrollments = {key: each.state.enrollment for key, each in locked.items()}
    whole = await ledger.whole(connection, enrollments)
    current: defaultdict[UUID, set[tuple[object, ...]]] = defaultdict(set)
    for row in await connection.fetch(CURRENT, [str(key) for key in enrollments]):
        current[row["registration"]].add(tuple(row))
    counted = {
        key: [activity_values(enrollments[key], count) for count in count_activity(without_voided(events))]
        for key, events in whole.items()
    }
    changed = [key for key, rows in counted.items() if set(rows) != current[key]]
    if changed:
        await connection.execute(REMOVE, [str(key) for key in changed])
        await connection.execute(add_activity(1), *ACTIVITY.arrays([row for key in changed for row in counted[key]]))
    return len(changed)
