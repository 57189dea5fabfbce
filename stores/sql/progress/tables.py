"""The columns of the tables of progress, which have the names of the records' fields."""

from stores.sql.core.event_columns import EventColumns
from stores.sql.core.tables import Table, with_partition
from stores.sql.progress.documents import document_of

ENROLLMENTS = Table(
    name="enrollments",
    columns={
        "registration": "uuid",
        "learner_id": "text",
        "course_key": "text",
        "course_version": "int8",
        "state": "text",
        "enrolled_at": "timestamptz",
        "moved_at": "timestamptz",
        "completed_at": "timestamptz",
        "attributes": "jsonb",
    },
)
ENROLLMENT_STATES = Table(
    name="enrollments",
    columns={
        "registration": "uuid",
        "state": "text",
        "enrolled_at": "timestamptz",
        "completed_at": "timestamptz",
        "moved_at": "timestamptz",
        "moved_id": "uuid",
        "withdrawn": "bool",
    },
)
"""The columns of an enrolment that follow from events."""
COURSES = Table(
    name="course_progress",
    columns={
        "registration": "uuid",
        "completion": "float8",
        "score": "float8",
        "items_done": "int8",
        "items_total": "int8",
        "satisfied": "bool",
        "satisfied_at": "timestamptz",
        "time_spent_ms": "int8",
        "last_activity_at": "timestamptz",
        "version": "int8",
    },
)
WRITTEN_COURSES = Table(name="course_progress", columns={**COURSES.columns, "commits": "int8", "counted": "bool"})
"""`commits` is the number of a registration's last commit; `counted`: its items are in the counters of its course
(`stores.sql.activity.item_counts`). Only the next writer reads them."""
ITEMS = Table(
    name="item_progress",
    columns={
        "registration": "uuid",
        "item_key": "text",
        "attempts": "int8",
        "completed_at": "timestamptz",
        "passed_at": "timestamptz",
        "waived_at": "timestamptz",
        "failed": "bool",
        "started": "bool",
        "viewed": "bool",
        "progress": "float8",
        "best_score": "float8",
        "latest_score": "float8",
        "latest_at": "timestamptz",
        "latest_id": "uuid",
        "time_spent_ms": "int8",
        "last_event_at": "timestamptz",
        "state": "text",
        "completion": "float8",
        "satisfied": "bool",
        "satisfied_at": "timestamptz",
    },
)
ITEM_SESSIONS = Table(
    name="item_sessions",
    columns={
        "registration": "uuid",
        "item_key": "text",
        "session_id": "text",
        "whole_ms": "int8",
        "parts_ms": "int8",
    },
)
CERTIFICATES = Table(
    name="certificates",
    columns={
        "registration": "uuid",
        "issued_at": "timestamptz",
        "revoked_at": "timestamptz",
        "revoked_because": "text",
        "verify_code": "text",
    },
)
RESUME_POINTS = Table(
    name="resume_points",
    columns={
        "registration": "uuid",
        "item_key": "text",
        "position": "float8",
        "at": "timestamptz",
        "device": "text",
        "id": "text",
    },
)
LEDGER_EVENTS = EventColumns(
    renamed={"id": "event_id", "at": "occurred_at"}, without=("learner_id", "course_key"), read_document=document_of
)
LEDGER = Table(name="event_ledger", columns={**LEDGER_EVENTS.types, "body_sha256": "bytea", "outcome": "bool"})
"""`outcome`: whether an attempt succeeded (`item_progress.outcome`)."""

NEW_ITEMS = with_partition(ITEMS)
NEW_ITEM_SESSIONS = with_partition(ITEM_SESSIONS)
NEW_CERTIFICATES = with_partition(CERTIFICATES)
NEW_RESUME_POINTS = with_partition(RESUME_POINTS)
NEW_EVENTS = with_partition(LEDGER)
"""The columns that an INSERT writes. Reads do not need the partition."""
