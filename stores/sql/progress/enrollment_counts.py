"""The numbers of enrolments by course and state, counted in the transactions that store enrolments and change states.

The number of a state is the sum of its rows in all partitions. A transaction writes all its changes to the partition of
one of the registrations that it has locked, as with the counters of items (`stores.sql.activity.item_counts`): so
concurrent transactions rarely meet at a row. A row alone means nothing and may be negative.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from uuid import UUID

from stores.domain.outbox import PARTITIONS, partition_of
from stores.domain.progress import EnrollmentState
from stores.domain.progress_projection import RegistrationState
from stores.sql.core.pool import Connection
from stores.sql.core.tables import Table
from stores.sql.core.where_clause import WhereClause, storable

ENROLLMENT_COUNTS = Table(
    name="enrollment_counts",
    columns={"partition": "int8", "course_key": "text", "state": "text", "enrollments": "int8"},
)
ALL_PARTITIONS = ", ".join(map(str, range(PARTITIONS)))
ON_CONFLICT = """
ON CONFLICT (partition, course_key, state)
DO UPDATE SET enrollments = enrollment_counts.enrollments + excluded.enrollments
"""

# The sum of bigints is numeric.
DIFFERENCES = f"""
SELECT course_key, state, sum(enrollments)::int8 AS missing FROM (
    SELECT course_key, state, count(*) AS enrollments FROM enrollments
    WHERE course_key = $1 GROUP BY course_key, state
    UNION ALL
    SELECT course_key, state, -enrollments FROM enrollment_counts
    WHERE partition IN ({ALL_PARTITIONS}) AND course_key = $1
) AS counted
GROUP BY course_key, state HAVING sum(enrollments) <> 0 ORDER BY course_key, state
"""


def add_enrollment_counts(first: int) -> str:
    """The statement that adds changes to the numbers; its first parameter has this number."""
    return f"INSERT INTO enrollment_counts ({ENROLLMENT_COUNTS.names}) {ENROLLMENT_COUNTS.given(first)}{ON_CONFLICT}"


def enrollment_count_values(
    states: Iterable[tuple[RegistrationState, RegistrationState]], locked: Collection[UUID]
) -> list[tuple[object, ...]]:
    """The rows of changes of states, each before and after, in the order of their keys, because all writers must lock
    the rows in one order. `locked`: registrations that the transaction has locked, one at least."""
    changes = Counter[tuple[str, str]]()
    for before, after in states:
        if before.enrollment.state is not after.enrollment.state:
            changes[before.enrollment.course_key, before.enrollment.state.value] -= 1
            changes[after.enrollment.course_key, after.enrollment.state.value] += 1
    rows = [(course_key, state, count) for (course_key, state), count in sorted(changes.items()) if count]
    if not rows:
        return []
    partition = partition_of(min(locked))
    return [(partition, *row) for row in rows]


def counts(course_keys: Collection[str], states: Collection[EnrollmentState] | None) -> tuple[str, list[object]]:
    """The statement that reads the numbers of these courses, of all states if `states` is None, and its parameters."""
    where = WhereClause(storable(course_keys))
    where.is_in("state", states)
    query = f"""
    SELECT course_key, sum(enrollments)::int8 FROM enrollment_counts
    WHERE partition IN ({ALL_PARTITIONS}) AND course_key = ANY($1::text[]){where.text} GROUP BY course_key
    """
    return query, where.args


async def recount(connection: Connection, course_key: str) -> bool:
    """Correct the numbers of a course. Returns whether they differed from its enrolments."""
    missing = await connection.fetch(DIFFERENCES, course_key)
    rows = [(0, row["course_key"], row["state"], row["missing"]) for row in missing]
    if rows:
        await connection.execute(add_enrollment_counts(1), *ENROLLMENT_COUNTS.arrays(rows))
    return bool(rows)
