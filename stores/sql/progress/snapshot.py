"""Snapshot: the derived rows of registrations, read together and locked against other writers."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from stores.domain.paging import from_ms, to_ms
from stores.domain.progress import ItemProgress
from stores.domain.progress_projection import RegistrationState
from stores.domain.slots import SLOTS, Moment
from stores.domain.time_spent import ItemSession, SessionKey
from stores.sql.core.pool import Connection
from stores.sql.core.tables import array, array_of
from stores.sql.progress.rows import (
    course_progress_of,
    enrollment_of,
    item_progress_of,
    item_session_of,
)
from stores.sql.progress.tables import (
    ENROLLMENTS,
    ITEM_SESSIONS,
    ITEMS,
    WRITTEN_COURSES,
)

# Every write to a registration changes its roll-up. Writers lock that row, in one order.
LOCK = f"""
SELECT {", ".join(f"enrollment.{name}" for name in ENROLLMENTS.columns)},
    enrollment.moved_id, enrollment.withdrawn,
    {", ".join(f"course.{name}" for name in WRITTEN_COURSES.columns if name != "registration")}, now() AS at
FROM enrollments AS enrollment
JOIN course_progress AS course ON course.registration = enrollment.registration
WHERE enrollment.registration = ANY($1::text[]::uuid[])
ORDER BY enrollment.registration
FOR UPDATE OF course
"""

# LIMIT keeps the lookup one index scan per session: joined, the planner may read (and lock) the whole table.
SESSION_ROWS = f"""
SELECT {", ".join(f"found.{name}" for name in ITEM_SESSIONS.columns)}
FROM unnest($1::text[]::uuid[], $2::text[], $3::text[]) AS asked(registration, item_key, session_id)
CROSS JOIN LATERAL (
    SELECT {ITEM_SESSIONS.names} FROM item_sessions
    WHERE registration = asked.registration AND item_key = asked.item_key AND session_id = asked.session_id LIMIT 1
) AS found
"""

ITEM_ROWS = f"SELECT {ITEMS.names} FROM item_progress WHERE registration = ANY($1::text[]::uuid[])"

# One round trip for two results: the items, and rows without an item that have the slots of these moments.
ITEM_ROWS_AND_SLOTS = f"""
SELECT {ITEMS.names}, NULL::timestamptz AS occurred_at, NULL::int8 AS slot
FROM item_progress WHERE registration = ANY($1::text[]::uuid[])
UNION ALL
SELECT taken.registration, {", ".join(f"NULL::{kind}" for kind in [*ITEMS.columns.values()][1:])}, occurred_at, slot
FROM unnest({array_of(2, "uuid")}, {array_of(3, "timestamptz")}) AS asked(registration, at)
CROSS JOIN LATERAL (
    SELECT registration, occurred_at, slot FROM event_ledger
    WHERE registration = asked.registration AND occurred_at = asked.at LIMIT {SLOTS}
) AS taken
"""


class Locked(NamedTuple):
    """A locked registration: its state, the number of its commits, the time at which the transaction began, the slots
    that are taken in the moments that were asked for, and whether its items are in the counters of its course."""

    state: RegistrationState
    commits: int
    at: datetime
    taken: Mapping[Moment, Collection[int]]
    counted: bool


async def lock(
    connection: Connection,
    registrations: Collection[UUID],
    *,
    sessions: Collection[tuple[UUID, SessionKey]] = (),
    moments: Collection[Moment] = (),
) -> dict[UUID, Locked]:
    """The states of the known registrations, locked against other writers until the transaction ends.

    `sessions`: the item sessions to read with them, by registration; `moments`: those whose slots are read."""
    keys = [str(key) for key in registrations]
    rows = await connection.fetch(LOCK, keys)
    items: defaultdict[UUID, dict[str, ItemProgress]] = defaultdict(dict)
    taken: defaultdict[UUID, defaultdict[Moment, set[int]]] = defaultdict(lambda: defaultdict(set))
    for row in await item_rows(connection, keys, moments):
        if row["item_key"] is None:
            moment = Moment(UUID(int=row["registration"].int), to_ms(row["occurred_at"]))
            taken[moment.registration][moment].add(row["slot"])
        else:
            item = item_progress_of(row)
            items[item.registration][item.item_key] = item
    known: defaultdict[UUID, dict[SessionKey, ItemSession]] = defaultdict(dict)
    if sessions:
        asked = [(str(key), session.item_key, session.session) for key, session in sessions]
        for row in await connection.fetch(SESSION_ROWS, *map(list, zip(*asked, strict=True))):
            session = item_session_of(row)
            known[session.registration][session.key] = session
    found = {}
    for row in rows:
        enrollment = enrollment_of(row)
        state = RegistrationState(
            enrollment=enrollment,
            course=course_progress_of(row),
            items=items[enrollment.registration],
            moved_id=row["moved_id"],
            withdrawn=row["withdrawn"],
            sessions=known[enrollment.registration],
        )
        found[enrollment.registration] = Locked(
            state, row["commits"], row["at"], taken[enrollment.registration], row["counted"]
        )
    return found


async def item_rows(
    connection: Connection, registrations: list[str], moments: Collection[Moment]
) -> list[asyncpg.Record]:
    """The item rows of these registrations, and rows without an item for the slots of these moments."""
    if not moments:
        return await connection.fetch(ITEM_ROWS, registrations)
    owners = array([moment.registration for moment in moments], "uuid")
    times = array([from_ms(moment.ms) for moment in moments], "timestamptz")
    return await connection.fetch(ITEM_ROWS_AND_SLOTS, registrations, owners, times)
