"""Rows of the table of course activity, and the statements that write them."""

from stores.domain.activity import ActivityCount
from stores.domain.outbox import partition_of
from stores.domain.progress import Enrollment
from stores.sql.core.tables import Table

ACTIVITY = Table(
    name="course_activity",
    columns={
        "partition": "int8",
        "course_key": "text",
        "quarter_start": "timestamptz",
        "registration": "uuid",
        "events": "int8",
        "active_ms": "int8",
    },
)

# A void may leave a quarter of an hour without events.
REMOVE_EMPTY = """
DELETE FROM course_activity
WHERE registration = ANY($1::text[]::uuid[]) AND quarter_start = ANY($2::text[]::timestamptz[]) AND events = 0
"""


def add_activity(first: int) -> str:
    """The statement that adds changes of activity to the table; its first parameter has this number."""
    return f"""
    INSERT INTO course_activity ({ACTIVITY.names}) {ACTIVITY.given(first)}
    ON CONFLICT (partition, course_key, quarter_start, registration) DO UPDATE
    SET events = course_activity.events + excluded.events, active_ms = course_activity.active_ms + excluded.active_ms
    """


def activity_values(row: Enrollment, count: ActivityCount) -> tuple[object, ...]:
    """The values of the row for a quarter of an hour of an enrolment."""
    return (
        partition_of(row.registration),
        row.course_key,
        count.start,
        row.registration,
        count.events,
        count.active_ms,
    )
