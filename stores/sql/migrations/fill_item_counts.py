"""Migration 0013 of progress: the counters of items and the last items of the registrations that have neither.

It works in batches of registrations, each in one transaction that locks them and marks them as counted. So it may be
killed, repeated, and run beside writers, which count the registrations that they write: each is counted once.
"""

from functools import partial
from uuid import UUID

from stores.domain.course_summary import last_item_key
from stores.domain.item_counts import add_all, counts_change
from stores.sql.activity.item_counts import ITEM_COUNTS, add_item_counts, item_count_values
from stores.sql.core.pool import Connection, Pool
from stores.sql.core.transact import fetch, transact
from stores.sql.core.where_clause import WhereClause
from stores.sql.progress import snapshot

STORE = "progress"
REGISTRATIONS = 200
"""Registrations in a transaction. Each has tens of items."""

MARK = "UPDATE course_progress SET counted = true WHERE registration = ANY($1::text[]::uuid[])"

LAST_ITEMS = """
UPDATE enrollment_order SET item_key = given.item_key
FROM unnest($1::text[]::uuid[], $2::text[]) AS given(registration, item_key)
WHERE enrollment_order.registration = given.registration AND field = 'LAST_ACTIVITY'
"""


async def fill_item_counts(pool: Pool) -> None:
    """Count all registrations that are not counted yet."""
    after: UUID | None = None
    while True:
        where = WhereClause(REGISTRATIONS)
        if after is not None:
            where.add("registration > {0}::uuid", str(after))
        query = f"SELECT registration FROM course_progress WHERE NOT counted{where.text} ORDER BY registration LIMIT $1"
        registrations = [UUID(int=row["registration"].int) for row in await fetch(pool, STORE, query, *where.args)]
        if not registrations:
            return
        await transact(pool, STORE, partial(count_registrations, registrations=registrations))
        after = registrations[-1]


async def count_registrations(connection: Connection, registrations: list[UUID]) -> None:
    """Add these registrations to the counters, except those that are counted."""
    locked = await snapshot.lock(connection, registrations)
    new = [each.state for each in locked.values() if not each.counted]
    if not new:
        return
    changes = add_all((state.enrollment.course_key, counts_change(None, state)) for state in new)
    keys = [state.enrollment.registration for state in new]
    if rows := item_count_values(changes, keys):
        await connection.execute(add_item_counts(1), *ITEM_COUNTS.arrays(rows))
    texts = [str(key) for key in keys]
    await connection.execute(LAST_ITEMS, texts, [last_item_key(state) for state in new])
    await connection.execute(MARK, texts)
