"""Rows of progress' tables ↔ records: the one translation. Columns are called as the records' fields are."""

import json
from operator import attrgetter
from typing import Any
from uuid import UUID

import asyncpg

from stores.domain.events import Event, Verb
from stores.domain.progress import (
    Attempt,
    Certificate,
    CourseProgress,
    Enrollment,
    EnrollmentState,
    ItemProgress,
    ProgressState,
)
from stores.domain.progress_projection import RegistrationState
from stores.domain.sessions import ResumePoint
from stores.sql.core.tables import Table

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
MOVES = Table(
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
"""What of an enrolment follows from events."""
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
WRITTEN_COURSES = Table(name="course_progress", columns={**COURSES.columns, "commits": "int8"})
"""`commits` numbers a registration's commits; it is nobody's to read but the next writer's."""
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
LEDGER = Table(
    name="event_ledger",
    columns={
        "event_id": "uuid",
        "body_sha256": "bytea",
        "registration": "uuid",
        "verb": "text",
        "verb_iri": "text",
        "item_key": "text",
        "occurred_at": "timestamptz",
        "score": "float8",
        "success": "bool",
        "progress": "float8",
        "duration_ms": "int8",
        "position": "float8",
        "session_id": "text",
        "voids": "uuid",
        "extensions": "jsonb",
        "outcome": "bool",
    },
)

enrollment_values = attrgetter(*ENROLLMENTS.columns)
course_values = attrgetter(*COURSES.columns)
item_values = attrgetter(*ITEMS.columns)
certificate_values = attrgetter(*CERTIFICATES.columns)
resume_values = attrgetter(*RESUME_POINTS.columns)


def move_values(state: RegistrationState) -> tuple[object, ...]:
    row = state.enrollment
    return (
        row.registration,
        row.state,
        row.enrolled_at,
        row.completed_at,
        row.moved_at,
        state.moved_id,
        state.withdrawn,
    )


def ledger_values(event: Event, sha256: bytes, outcome: bool | None) -> tuple[object, ...]:
    return (
        event.id,
        sha256,
        event.registration,
        event.verb,
        event.verb_iri,
        event.item_key,
        event.at,
        event.score,
        event.success,
        event.progress,
        event.duration_ms,
        event.position,
        event.session_id,
        event.voids,
        event.extensions,
        outcome,
    )


def values_of(table: Table, row: asyncpg.Record) -> dict[str, Any]:
    """A record's fields. The driver's UUIDs are a class of its own, which not everything takes for one."""
    return {
        name: UUID(int=row[name].int) if kind == "uuid" and row[name] is not None else row[name]
        for name, kind in table.columns.items()
    }


def document_of(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text, parse_int=number_of)
    return document


def number_of(digits: str) -> int | float:
    """jsonb writes 1e300 out; a document holds no integers of more than 64 bits."""
    number = int(digits)
    return number if -(2**63) <= number < 2**63 else float(digits)


def enrollment_of(row: asyncpg.Record) -> Enrollment:
    values = values_of(ENROLLMENTS, row)
    values["state"] = EnrollmentState(values["state"])
    values["attributes"] = document_of(values["attributes"])
    return Enrollment(**values)


def course_of(row: asyncpg.Record) -> CourseProgress:
    return CourseProgress(**values_of(COURSES, row))


def item_of(row: asyncpg.Record) -> ItemProgress:
    values = values_of(ITEMS, row)
    values["state"] = ProgressState(values["state"])
    return ItemProgress(**values)


def certificate_of(row: asyncpg.Record) -> Certificate:
    return Certificate(**values_of(CERTIFICATES, row))


def resume_point_of(row: asyncpg.Record) -> ResumePoint:
    return ResumePoint(**values_of(RESUME_POINTS, row))


def attempt_of(row: asyncpg.Record) -> Attempt:
    return Attempt(
        registration=UUID(int=row["registration"].int),
        number=row["number"],
        event_id=UUID(int=row["event_id"].int),
        item_key=row["item_key"],
        at=row["occurred_at"],
        score=row["score"],
        success=row["outcome"],
    )


def event_of(row: asyncpg.Record, enrollment: Enrollment) -> Event:
    """A ledger row, with what its enrolment knows of it."""
    values = values_of(LEDGER, row)
    for name in ("body_sha256", "outcome"):
        del values[name]
    return Event(
        id=values.pop("event_id"),
        learner_id=enrollment.learner_id,
        course_key=enrollment.course_key,
        verb=Verb(values.pop("verb")),
        at=values.pop("occurred_at"),
        extensions=document_of(values.pop("extensions")),
        **values,
    )
