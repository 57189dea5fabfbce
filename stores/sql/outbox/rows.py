"""Rows of the outbox ↔ commits. The payload is JSON: lists of values without names, which would be most of it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson

from stores.domain.event_codec import body_to_json, event_from_json
from stores.domain.outbox import Commit, Consumer, partition_of
from stores.domain.paging import from_ms, to_ms
from stores.domain.progress import EnrollmentState
from stores.domain.progress_codec import course_parts, course_progress_of, item_parts, item_progress_of
from stores.domain.sessions import ResumePoint
from stores.sql.core.tables import Table

VERSION = 2
"""The version of the payloads that are written. 1: events without slots, and perhaps a mark after the resume point."""
READABLE_VERSIONS = (1, VERSION)

OUTBOX = Table(
    name="outbox",
    columns={
        "consumer": "text",
        "partition": "int8",
        "registration": "uuid",
        "number": "int8",
        "payload": "text",
        "traceparent": "text",
    },
)


class OutboxValues(NamedTuple):
    """The values of a row, in the order of its columns."""

    consumer: Consumer
    partition: int
    registration: UUID
    number: int
    payload: str
    traceparent: str | None


def outbox_values(commit: Commit, consumer: Consumer) -> OutboxValues:
    """The values of the row that keeps a commit for a consumer."""
    key = commit.registration
    return OutboxValues(consumer, partition_of(key), key, commit.number, payload_of(commit), commit.traceparent)


def commits_of(
    rows: Iterable[asyncpg.Record], recent: Callable[[asyncpg.Record], Commit | None] = lambda row: None
) -> Iterator[Commit]:
    """The commits of the rows, in order. A row that another version of the gateway wrote, and later rows of the same
    registration, are left out: they wait for that version. `recent`: finds the commits that need no decoding."""
    waiting = set()
    for row in rows:
        if (found := recent(row)) is not None and row["registration"] not in waiting:
            yield found
            continue
        version, *parts = orjson.loads(row["payload"])
        if version not in READABLE_VERSIONS:
            waiting.add(row["registration"])
        elif row["registration"] not in waiting:
            yield commit_of(row, parts)


def commit_of(row: asyncpg.Record, parts: list[Any]) -> Commit:
    """The commit of a row, whose payload has these parts."""
    learner_id, course_key, state, events, voided, progress, changed, resume = parts[:8]
    registration = UUID(int=row["registration"].int)
    of: dict[str, Any] = {"registration": registration, "learner_id": learner_id, "course_key": course_key}
    return Commit(
        registration=registration,
        number=row["number"],
        learner_id=learner_id,
        course_key=course_key,
        at=at_of(row),
        state=EnrollmentState(state),
        events=tuple(event_from_json(values, **of) for values in events),
        voided=tuple(event_from_json(values, **of) for values in voided),
        progress=None if progress is None else course_progress_of(registration, progress),
        changed=tuple(item_progress_of(registration, values) for values in changed),
        resume=None if resume is None else _resume_of(registration, resume),
        traceparent=row["traceparent"],
    )


def at_of(row: asyncpg.Record) -> datetime:
    """The time of a row's commit, in whole milliseconds."""
    at: datetime = row["created_at"]
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def payload_of(commit: Commit) -> str:
    """A commit as JSON, without what the row's columns have."""
    progress, resume = commit.progress, commit.resume
    parts = (
        VERSION,
        commit.learner_id,
        commit.course_key,
        commit.state.value,
        [body_to_json(event) for event in commit.events],
        [body_to_json(event) for event in commit.voided],
        None if progress is None else course_parts(progress),
        [item_parts(row) for row in commit.changed],
        None if resume is None else (resume.item_key, resume.position, to_ms(resume.at), resume.device, resume.id),
    )
    return orjson.dumps(parts, default=dict).decode()


def _resume_of(registration: UUID, values: list[Any]) -> ResumePoint:
    item_key, position, at, device, mark = values
    return ResumePoint(
        registration=registration, item_key=item_key, position=position, at=from_ms(at), device=device, id=mark
    )
