"""Rows of the tables of progress ↔ records. Columns have the names of the fields."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeVar

import asyncpg

from stores.domain.events import Event
from stores.domain.generated_code import function_of
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
from stores.domain.quick_records import maker
from stores.domain.sessions import ResumePoint
from stores.domain.time_spent import ItemSession
from stores.domain.uuids import uuid_of_int
from stores.sql.core.tables import Table
from stores.sql.core.uuids import uuid_of
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

Record = TypeVar("Record")
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


def reader(table: Table, record: type[Record], **decoders: Callable[[Any], Any]) -> Callable[[asyncpg.Record], Record]:
    """A function that makes the record of a row of this table. `decoders`: by column, for other values than UUIDs. Its
    code is one call with all fields: with a dictionary of them it would take twice as long."""
    names: dict[str, Any] = {"record": maker(record), "uuid_of": uuid_of}
    values = []
    for name, kind in table.columns.items():
        value = f"row[{name!r}]"
        if name in decoders:
            names[f"decode_{name}"] = decoders[name]
            value = f"decode_{name}({value})"
        values.append(f"{name}={f'uuid_of({value})' if kind == 'uuid' else value}")
    code = f"def read(row): return record({', '.join(values)})"
    read: Callable[[asyncpg.Record], Record] = function_of([code], "read", names)
    return read


# By name, the members of an enum are found faster than by a call of the enum.
enrollment_of = reader(ENROLLMENTS, Enrollment, state=EnrollmentState.__members__.__getitem__, attributes=document_of)
course_progress_of = reader(COURSES, CourseProgress)
item_progress_of = reader(ITEMS, ItemProgress, state=ProgressState.__members__.__getitem__)
item_session_of = reader(ITEM_SESSIONS, ItemSession)
certificate_of = reader(CERTIFICATES, Certificate)
resume_point_of = reader(RESUME_POINTS, ResumePoint)


def attempt_of(row: asyncpg.Record) -> Attempt:
    """The attempt of a row of `queries.attempts`."""
    return Attempt(
        registration=uuid_of_int(row["registration"].int),
        number=row["number"],
        event_id=uuid_of_int(row["event_id"].int),
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
