"""Rows of the tables of progress ↔ records. Columns have the names of the fields."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any
from uuid import UUID

import asyncpg

from stores.domain.events import Event
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
from stores.domain.time_spent import ItemSession
from stores.sql.core.tables import Table
from stores.sql.progress.documents import document_of
from stores.sql.progress.tables import (
    CERTIFICATES,
    COURSES,
    ENROLLMENTS,
    ITEM_SESSIONS,
    ITEMS,
    LEDGER_EVENTS,
    RESUME_POINTS,
)

enrollment_values = attrgetter(*ENROLLMENTS.columns)
course_values = attrgetter(*COURSES.columns)
item_values = attrgetter(*ITEMS.columns)
session_values = attrgetter(*ITEM_SESSIONS.columns)
certificate_values = attrgetter(*CERTIFICATES.columns)
resume_values = attrgetter(*RESUME_POINTS.columns)


def enrollment_state_values(state: RegistrationState) -> tuple[object, ...]:
    """The values of the columns of an enrolment that are derived from events (`ENROLLMENT_STATES`)."""
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
    """The values of a ledger row."""
    return (*LEDGER_EVENTS.values(event), sha256, outcome)


def field_reader(table: Table) -> Callable[[asyncpg.Record], dict[str, Any]]:
    """A function that returns the fields of a row of this table."""
    names = list(table.columns)
    uuids = [name for name, kind in table.columns.items() if kind == "uuid"]

    def read(row: asyncpg.Record) -> dict[str, Any]:
        values = {name: row[name] for name in names}
        for name in uuids:  # the driver's UUIDs are a class of its own, which not every library accepts
            if values[name] is not None:
                values[name] = UUID(int=values[name].int)
        return values

    return read


enrollment_fields = field_reader(ENROLLMENTS)
course_fields = field_reader(COURSES)
item_fields = field_reader(ITEMS)
session_fields = field_reader(ITEM_SESSIONS)
certificate_fields = field_reader(CERTIFICATES)
resume_fields = field_reader(RESUME_POINTS)


def enrollment_of(row: asyncpg.Record) -> Enrollment:
    """The enrolment of a row."""
    values = enrollment_fields(row)
    values["state"] = EnrollmentState(values["state"])
    values["attributes"] = document_of(values["attributes"])
    return Enrollment(**values)


def course_progress_of(row: asyncpg.Record) -> CourseProgress:
    """The course progress of a row."""
    return CourseProgress(**course_fields(row))


def item_progress_of(row: asyncpg.Record) -> ItemProgress:
    """The item progress of a row."""
    values = item_fields(row)
    values["state"] = ProgressState(values["state"])
    return ItemProgress(**values)


def item_session_of(row: asyncpg.Record) -> ItemSession:
    """The item session of a row."""
    return ItemSession(**session_fields(row))


def certificate_of(row: asyncpg.Record) -> Certificate:
    """The certificate of a row."""
    return Certificate(**certificate_fields(row))


def resume_point_of(row: asyncpg.Record) -> ResumePoint:
    """The resume point of a row."""
    return ResumePoint(**resume_fields(row))


def attempt_of(row: asyncpg.Record) -> Attempt:
    """The attempt of a row of `queries.attempts`."""
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
    """The event of a ledger row and of the enrolment that it belongs to."""
    return Event(learner_id=enrollment.learner_id, course_key=enrollment.course_key, **LEDGER_EVENTS.fields(row))


def owned_event_of(row: asyncpg.Record) -> Event:
    """The event of a ledger row that also has the learner and the course of its enrolment."""
    return Event(learner_id=row["learner_id"], course_key=row["course_key"], **LEDGER_EVENTS.fields(row))
