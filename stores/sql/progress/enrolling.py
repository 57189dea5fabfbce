"""Enrolling: insert and count enrolments with their empty course progress and sort values, in one statement."""

from collections.abc import Collection, Sequence
from uuid import UUID

from stores.domain.enrollment_order import OrderField
from stores.domain.progress_projection import RegistrationState
from stores.sql.core.pool import Connection
from stores.sql.core.tables import Table, with_partition
from stores.sql.progress.enrollment_counts import ON_CONFLICT
from stores.sql.progress.order_rows import FIELDS, NEW_SORT_VALUES
from stores.sql.progress.rows import course_values, enrollment_values
from stores.sql.progress.tables import COURSES, ENROLLMENTS

BOTH = with_partition(Table(name="given", columns={**ENROLLMENTS.columns, **COURSES.columns}))

# The joins give each enrolment its own roll-up, even if two of the given ones claim the same registration. Of the sort
# values, only the completion is known before the first event.
ENROLL = f"""
WITH given AS ({BOTH.given()}), fresh AS (
    INSERT INTO enrollments ({ENROLLMENTS.names}, partition) SELECT {ENROLLMENTS.names}, partition FROM given
    ON CONFLICT DO NOTHING
    RETURNING registration, learner_id, course_key, state, partition
), counted AS (
    INSERT INTO enrollment_counts (partition, course_key, state, enrollments)
    SELECT (SELECT partition FROM fresh ORDER BY registration LIMIT 1), course_key, state, count(*)
    FROM fresh GROUP BY course_key, state ORDER BY course_key, state
    {ON_CONFLICT}
    RETURNING 1
), rolled AS (
    INSERT INTO course_progress ({COURSES.names}, partition, counted)
    SELECT {", ".join(f"given.{name}" for name in COURSES.columns)}, given.partition, true FROM given
    JOIN fresh ON fresh.registration = given.registration
        AND fresh.learner_id = given.learner_id AND fresh.course_key = given.course_key
    ON CONFLICT (registration) DO NOTHING
    RETURNING 1
), sorted AS (
    INSERT INTO enrollment_order ({NEW_SORT_VALUES.names})
    SELECT given.registration, sort.field, given.course_key, given.state,
        CASE WHEN sort.field = '{OrderField.COMPLETION.value}' THEN given.completion ELSE '-infinity'::float8 END,
        NULL, given.partition
    FROM given
    JOIN fresh ON fresh.registration = given.registration
        AND fresh.learner_id = given.learner_id AND fresh.course_key = given.course_key
    CROSS JOIN (VALUES {FIELDS}) AS sort(field)
    ON CONFLICT (registration, field) DO NOTHING
    RETURNING 1
)
SELECT registration FROM fresh
"""

FORGET = f"""
WITH gone AS (
    DELETE FROM course_progress WHERE registration = ANY($1::text[]::uuid[]) RETURNING registration
), unsorted AS (
    DELETE FROM enrollment_order WHERE registration = ANY($1::text[]::uuid[]) RETURNING 1
), uncounted AS (
    INSERT INTO enrollment_counts (partition, course_key, state, enrollments)
    SELECT min(partition), course_key, state, -count(*)
    FROM enrollments WHERE registration = ANY($1::text[]::uuid[])
    GROUP BY course_key, state ORDER BY course_key, state
    {ON_CONFLICT}
    RETURNING 1
)
DELETE FROM enrollments WHERE registration IN (SELECT registration FROM gone)
"""


async def enroll(connection: Connection, states: Sequence[RegistrationState]) -> set[UUID]:
    """Insert the enrolments that are new and return their registrations."""
    # Both lists of values begin with the registration.
    rows = [enrollment_values(row.enrollment) + course_values(row.course)[1:] for row in states]
    return {UUID(int=row["registration"].int) for row in await connection.fetch(ENROLL, *BOTH.arrays(rows))}


async def forget(connection: Connection, registrations: Collection[UUID]) -> None:
    """Delete enrolments that this transaction inserted."""
    await connection.execute(FORGET, [str(key) for key in registrations])
