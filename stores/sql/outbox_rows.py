"""Rows of the outbox ↔ commits. The payload is JSON: lists of values, for names would be most of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from stores.ports.events import Event, Verb
from stores.ports.outbox import Commit, Consumer, partition_of
from stores.ports.paging import from_ms, to_ms
from stores.ports.progress import CourseProgress, EnrollmentState, ItemProgress, ProgressState
from stores.ports.sessions import ResumePoint
from stores.sql.tables import Table

OUTBOX = Table(
    name="outbox",
    columns={
        "consumer": "text",
        "partition": "int8",
        "registration": "uuid",
        "number": "int8",
        "payload": "text",
    },
)


def outbox_values(commit: Commit, consumer: Consumer) -> tuple[object, ...]:
    return (consumer, partition_of(commit.registration), commit.registration, commit.number, payload_of(commit))


def commit_of(row: asyncpg.Record) -> Commit:
    learner_id, course_key, state, events, voided, progress, changed, resume = orjson.loads(row["payload"])
    registration, at = UUID(int=row["registration"].int), row["created_at"]
    of = (registration, learner_id, course_key)
    return Commit(
        registration=registration,
        number=row["number"],
        learner_id=learner_id,
        course_key=course_key,
        at=at.replace(microsecond=at.microsecond // 1000 * 1000),
        state=EnrollmentState(state),
        events=tuple(_event_of(values, *of) for values in events),
        voided=tuple(_event_of(values, *of) for values in voided),
        progress=None if progress is None else _progress_of(registration, progress),
        changed=tuple(_item_of(registration, values) for values in changed),
        resume=None if resume is None else _resume_of(registration, resume),
    )


def payload_of(commit: Commit) -> str:
    progress, resume = commit.progress, commit.resume
    parts = (
        commit.learner_id,
        commit.course_key,
        commit.state.value,
        [_event_values(event) for event in commit.events],
        [_event_values(event) for event in commit.voided],
        None if progress is None else _progress_values(progress),
        [_item_values(row) for row in commit.changed],
        None if resume is None else (resume.item_key, resume.position, to_ms(resume.at), resume.device, resume.id),
    )
    return orjson.dumps(parts, default=dict).decode()


def _event_values(event: Event) -> tuple[object, ...]:
    return (
        event.id,
        event.verb.value,
        event.verb_iri,
        to_ms(event.at),
        event.item_key,
        event.score,
        event.success,
        event.progress,
        event.duration_ms,
        event.position,
        event.session_id,
        event.voids,
        event.extensions,
    )


def _event_of(values: list[Any], registration: UUID, learner_id: str, course_key: str) -> Event:
    key, verb, iri, at, item_key, score, success, progress, duration_ms, position, session, voids, extensions = values
    return Event(
        id=UUID(key),
        registration=registration,
        learner_id=learner_id,
        course_key=course_key,
        verb=Verb(verb),
        verb_iri=iri,
        at=from_ms(at),
        item_key=item_key,
        score=score,
        success=success,
        progress=progress,
        duration_ms=duration_ms,
        position=position,
        session_id=session,
        voids=None if voids is None else UUID(voids),
        extensions=extensions,
    )


def _progress_values(row: CourseProgress) -> tuple[object, ...]:
    return (
        row.completion,
        row.score,
        row.items_done,
        row.items_total,
        row.satisfied,
        _ms(row.satisfied_at),
        row.time_spent_ms,
        _ms(row.last_activity_at),
        row.version,
    )


def _progress_of(registration: UUID, values: list[Any]) -> CourseProgress:
    completion, score, items_done, items_total, satisfied, satisfied_at, time_spent_ms, last, version = values
    return CourseProgress(
        registration=registration,
        completion=completion,
        score=score,
        items_done=items_done,
        items_total=items_total,
        satisfied=satisfied,
        satisfied_at=_moment(satisfied_at),
        time_spent_ms=time_spent_ms,
        last_activity_at=_moment(last),
        version=version,
    )


TIMES = ("completed_at", "passed_at", "waived_at", "latest_at", "satisfied_at", "last_event_at")
OTHERS = (
    *("item_key", "attempts", "failed", "started", "viewed", "progress"),
    *("best_score", "latest_score", "time_spent_ms", "completion", "satisfied"),
)


def _item_values(row: ItemProgress) -> tuple[object, ...]:
    others = [getattr(row, name) for name in OTHERS]
    return (row.state.value, row.latest_id, [_ms(getattr(row, name)) for name in TIMES], others)


def _item_of(registration: UUID, values: list[Any]) -> ItemProgress:
    state, latest_id, times, others = values
    fields = dict(zip(OTHERS, others, strict=True)) | dict(zip(TIMES, map(_moment, times), strict=True))
    return ItemProgress(
        registration=registration,
        state=ProgressState(state),
        latest_id=None if latest_id is None else UUID(latest_id),
        **fields,
    )


def _resume_of(registration: UUID, values: list[Any]) -> ResumePoint:
    item_key, position, at, device, mark = values
    return ResumePoint(
        registration=registration, item_key=item_key, position=position, at=from_ms(at), device=device, id=mark
    )


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)
