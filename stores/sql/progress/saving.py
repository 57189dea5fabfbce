"""Saving: the statement that writes the changes of a transaction of progress, in one round trip."""

from collections.abc import Callable, Sequence
from functools import cache

from stores.domain.item_counts import add_all
from stores.sql.activity.item_counts import ITEM_COUNTS, add_item_counts, item_count_values
from stores.sql.activity.rows import ACTIVITY, REMOVE_EMPTY, activity_values, add_activity
from stores.sql.core.pool import Connection
from stores.sql.core.tables import Table
from stores.sql.outbox.rows import OUTBOX
from stores.sql.progress.changes import Changes
from stores.sql.progress.enrollment_counts import (
    ENROLLMENT_COUNTS,
    add_enrollment_counts,
    enrollment_count_values,
)
from stores.sql.progress.order_rows import NEW_SORT_VALUES, order_rows, upsert_sort_values
from stores.sql.progress.rows import (
    certificate_values,
    course_values,
    enrollment_state_values,
    item_values,
    resume_values,
    session_values,
)
from stores.sql.progress.tables import (
    ENROLLMENT_STATES,
    ITEMS,
    NEW_CERTIFICATES,
    NEW_ITEM_SESSIONS,
    NEW_ITEMS,
    NEW_RESUME_POINTS,
    RESUME_POINTS,
    WRITTEN_COURSES,
)


def upsert_resume_points(first: int) -> str:
    """The statement that replaces resume points by later ones; its first parameter has this number."""
    return f"""
    INSERT INTO resume_points ({NEW_RESUME_POINTS.names}) {NEW_RESUME_POINTS.given(first)}
    ON CONFLICT (registration) DO UPDATE SET {RESUME_POINTS.set(but=("registration",), to="excluded")}
    WHERE resume_points.at < excluded.at OR (
        resume_points.at = excluded.at AND convert_to(resume_points.id, 'UTF8') < convert_to(excluded.id, 'UTF8')
    )
    """


PARTS: Sequence[tuple[Table, Callable[[int], str]]] = (
    (
        NEW_ITEMS,
        lambda first: (
            f"""
    INSERT INTO item_progress ({NEW_ITEMS.names}) {NEW_ITEMS.given(first)}
    ON CONFLICT (registration, item_key) DO UPDATE SET {ITEMS.set(but=("registration", "item_key"), to="excluded")}
    """
        ),
    ),
    (
        NEW_ITEM_SESSIONS,
        lambda first: (
            f"""
    INSERT INTO item_sessions ({NEW_ITEM_SESSIONS.names}) {NEW_ITEM_SESSIONS.given(first)}
    ON CONFLICT (registration, item_key, session_id)
    DO UPDATE SET whole_ms = excluded.whole_ms, parts_ms = excluded.parts_ms
    """
        ),
    ),
    (
        WRITTEN_COURSES,
        lambda first: (
            f"""
    UPDATE course_progress SET {WRITTEN_COURSES.set(but=("registration",), to="given")}
    FROM ({WRITTEN_COURSES.given(first)}) AS given WHERE course_progress.registration = given.registration
    """
        ),
    ),
    (
        ENROLLMENT_STATES,
        lambda first: (
            f"""
    UPDATE enrollments SET {ENROLLMENT_STATES.set(but=("registration",), to="given")}
    FROM ({ENROLLMENT_STATES.given(first)}) AS given WHERE enrollments.registration = given.registration
    """
        ),
    ),
    (NEW_SORT_VALUES, upsert_sort_values),
    (NEW_RESUME_POINTS, upsert_resume_points),
    (
        NEW_CERTIFICATES,
        lambda first: (
            f"""
    INSERT INTO certificates ({NEW_CERTIFICATES.names}) {NEW_CERTIFICATES.given(first)}
    ON CONFLICT (registration) DO NOTHING
    """
        ),
    ),
    (ACTIVITY, add_activity),
    (ITEM_COUNTS, add_item_counts),
    (ENROLLMENT_COUNTS, add_enrollment_counts),
    (OUTBOX, lambda first: f"INSERT INTO outbox ({OUTBOX.names}) {OUTBOX.given(first)}"),
)
"""The tables that a transaction may write, each with its statement, whose first parameter has the given number."""


@cache
def save_statement(parts: tuple[int, ...]) -> str:
    """These parts as one statement, for one round trip. CockroachDB requires RETURNING in every part, and one part for
    each table. Parts without rows are left out, because each costs time in the server even so."""
    texts, first = [], 1
    for part in parts:
        table, statement = PARTS[part]
        texts.append(f"part{part} AS ({statement(first)} RETURNING 1)")
        first += len(table.columns)
    return f"WITH {', '.join(texts)} SELECT 1"


FORGET_ITEMS = """
DELETE FROM item_progress WHERE (registration, item_key) IN (
    SELECT registration, item_key FROM unnest($1::text[]::uuid[], $2::text[]) AS gone(registration, item_key)
)
"""

FORGET_SESSIONS = "DELETE FROM item_sessions WHERE registration = ANY($1::text[]::uuid[])"

FORGET_RESUME_POINTS = """
DELETE FROM resume_points WHERE (registration, id) IN (
    SELECT registration, id FROM unnest($1::text[]::uuid[], $2::text[]) AS gone(registration, id)
)
"""


async def save(connection: Connection, changes: Changes) -> None:
    """Write the rows that differ, and only those."""
    gone = [
        (str(before.enrollment.registration), key)
        for before, after in changes.states
        for key in before.items.keys() - after.items.keys()
    ]
    if gone:
        await connection.execute(FORGET_ITEMS, *map(list, zip(*gone, strict=True)))
    if changes.voided:
        await connection.execute(
            FORGET_RESUME_POINTS, *[[str(key) for key in keys] for keys in zip(*changes.voided, strict=True)]
        )
    refolded = set(changes.refolded)
    if refolded:
        await connection.execute(FORGET_SESSIONS, [str(key) for key in refolded])
    sessions = [
        session_values(row)
        for before, after in changes.states
        for key, row in after.sessions.items()
        if row.registration in refolded or before.sessions.get(key) != row
    ]
    items = [
        item_values(row)
        for before, after in changes.states
        for key, row in after.items.items()
        if before.items.get(key) != row
    ]
    courses = [
        (*course_values(after.course), changes.numbers[after.course.registration], True) for _, after in changes.states
    ]
    enrollment_states = [
        enrollment_state_values(after)
        for before, after in changes.states
        if enrollment_state_values(before) != enrollment_state_values(after)
    ]
    unsorted = refolded | set(changes.uncounted)
    sort_values = [
        row
        for before, after in changes.states
        for row in order_rows(None if after.enrollment.registration in unsorted else before, after)
    ]
    rows: Sequence[list[tuple[object, ...]]] = (  # in the order of PARTS
        items,
        sessions,
        courses,
        enrollment_states,
        sort_values,
        [resume_values(row) for row in changes.resume_points],
        [certificate_values(row) for row in changes.certificates],
        [activity_values(row, count) for row, count in changes.activity],
        item_count_values(add_all(changes.item_counts), changes.numbers),
        enrollment_count_values(changes.states, changes.numbers),
        changes.outbox_rows,
    )
    parts = tuple(part for part, its in enumerate(rows) if its)
    if parts:
        arrays = [array for part in parts for array in PARTS[part][0].arrays(rows[part])]
        await connection.fetch(save_statement(parts), *arrays)
    reduced = [(str(row.registration), count.start.isoformat()) for row, count in changes.activity if count.events < 0]
    if reduced:
        await connection.execute(REMOVE_EMPTY, *map(list, zip(*reduced, strict=True)))
