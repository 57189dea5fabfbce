"""The rows of one registration, computed in one pass from its events, for COPY."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any

from stores.domain.activity import count_activity
from stores.domain.event_digest import digest
from stores.domain.events import Event
from stores.domain.outbox import partition_of
from stores.domain.progress import Certificate, Enrollment
from stores.domain.progress_projection import CourseIndex, RegistrationState, fold, initial_state, resume_point
from stores.domain.slots import assign_slots, moment_of
from stores.sql.activity.rows import ACTIVITY, activity_values
from stores.sql.core.tables import Table
from stores.sql.progress.order_rows import SORT_VALUES, order_rows
from stores.sql.progress.recording import success
from stores.sql.progress.rows import (
    certificate_values,
    course_values,
    enrollment_state_values,
    enrollment_values,
    item_values,
    ledger_values,
    resume_values,
    session_values,
)
from stores.sql.progress.tables import (
    CERTIFICATES,
    COURSES,
    ENROLLMENT_STATES,
    ENROLLMENTS,
    ITEM_SESSIONS,
    ITEMS,
    LEDGER,
    RESUME_POINTS,
)

Row = tuple[str, dict[str, Any]]
"""A table and the values of its columns."""


def slotted(events: Sequence[Event]) -> list[Event]:
    """The events of a new registration with their slots."""
    slots = assign_slots({event.id: moment_of(event) for event in events}, {})
    return [replace(event, slot=slots[event.id]) for event in events]


def rows_of(enrollment: Enrollment, events: Sequence[Event], index: CourseIndex) -> Iterator[Row]:
    """All rows of progress of a registration with these events. None of the events is a void."""
    state = fold(initial_state(enrollment, index), events, index)
    yield _row(ENROLLMENTS, enrollment_values(state.enrollment), enrollment, _moved(state))
    yield _row(COURSES, course_values(state.course), enrollment, {"commits": 1})
    for values in order_rows(None, state):
        yield _row(SORT_VALUES, values, enrollment)
    for item in state.items.values():
        yield _row(ITEMS, item_values(item), enrollment)
    for session in state.sessions.values():
        yield _row(ITEM_SESSIONS, session_values(session), enrollment)
    for event in events:
        outcome = success(event, {enrollment.registration: index})
        yield _row(LEDGER, ledger_values(event, digest(event), outcome), enrollment)
    if (point := resume_point(events)) is not None:
        yield _row(RESUME_POINTS, resume_values(point), enrollment)
    if state.course.satisfied_at is not None:
        code = hashlib.sha256(enrollment.registration.bytes).hexdigest()
        certificate = Certificate(
            registration=enrollment.registration, issued_at=state.course.satisfied_at, verify_code=code
        )
        yield _row(CERTIFICATES, certificate_values(certificate), enrollment)
    for count in count_activity(events):
        yield ACTIVITY.name, dict(zip(ACTIVITY.columns, activity_values(enrollment, count), strict=True))


def _moved(state: RegistrationState) -> Mapping[str, Any]:
    values = dict(zip(ENROLLMENT_STATES.columns, enrollment_state_values(state), strict=True))
    return {name: values[name] for name in ("moved_id", "withdrawn")}


def _row(table: Table, values: Sequence[Any], enrollment: Enrollment, more: Mapping[str, Any] | None = None) -> Row:
    columns = {name: _copied(value, kind) for (name, kind), value in zip(table.columns.items(), values, strict=True)}
    return table.name, {**columns, **(more or {}), "partition": partition_of(enrollment.registration)}


def _copied(value: Any, kind: str) -> Any:
    if isinstance(value, Enum):
        return value.value
    return json.dumps(value or {}) if kind == "jsonb" else value
