"""Migration 0011 of progress: the sort values of the enrolments that have none.

It works in batches of registrations, each in one transaction that holds their row locks, and keeps its position in
`progress_rebuilds`.
"""

from stores.domain.enrollment_order import OrderField, sort_value
from stores.sql.core.pool import Connection, Pool, borrow_connection
from stores.sql.core.tables import Table, with_partition
from stores.sql.core.transact import transact
from stores.sql.core.where_clause import WhereClause

STORE = "progress"
REGISTRATIONS = 500
"""Registrations in a transaction."""

POSITION = "SELECT after_registration FROM progress_rebuilds WHERE name = 'enrollment order'"
ADVANCE = """
INSERT INTO progress_rebuilds (name, after_registration) VALUES ('enrollment order', $1::text::uuid)
ON CONFLICT (name) DO UPDATE SET after_registration = excluded.after_registration
"""
END = "DELETE FROM progress_rebuilds WHERE name = 'enrollment order'"

NEXT = """
SELECT course.registration, enrollment.course_key, enrollment.state,
    enrollment.enrolled_at, course.completion, course.last_activity_at, course.score
FROM course_progress AS course JOIN enrollments AS enrollment ON enrollment.registration = course.registration
WHERE true{} ORDER BY course.registration LIMIT $1 FOR UPDATE OF course
"""
FACTS = {
    OrderField.ENROLLED_AT: "enrolled_at",
    OrderField.COMPLETION: "completion",
    OrderField.LAST_ACTIVITY: "last_activity_at",
    OrderField.SCORE: "score",
}
"""The column of `NEXT` that each field is made from."""

SORT_VALUES = with_partition(
    Table(
        name="enrollment_order",
        columns={"registration": "uuid", "field": "text", "course_key": "text", "state": "text", "value": "float8"},
    )
)
FILL = f"""
INSERT INTO enrollment_order ({SORT_VALUES.names}) {SORT_VALUES.given()}
ON CONFLICT (registration, field) DO UPDATE SET state = excluded.state, value = excluded.value
"""


async def fill_enrollment_order(pool: Pool) -> None:
    """Fill the table that migration 0010 made."""
    while await transact(pool, STORE, fill_next):
        pass
    async with borrow_connection(pool) as connection:
        await connection.execute(END)


async def fill_next(connection: Connection) -> bool:
    """Fill the rows of the next registrations. False if none is left."""
    where = WhereClause(REGISTRATIONS)
    if (after := await connection.fetchval(POSITION)) is not None:
        where.add("course.registration > {0}::uuid", after)
    found = await connection.fetch(NEXT.format(where.text), *where.args)
    if not found:
        return False
    rows = [
        (row["registration"], field, row["course_key"], row["state"], sort_value(row[column]))
        for row in found
        for field, column in FACTS.items()
    ]
    await connection.execute(FILL, *SORT_VALUES.arrays(rows))
    await connection.execute(ADVANCE, str(found[-1]["registration"]))
    return True
