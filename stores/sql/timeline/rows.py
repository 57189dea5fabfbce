"""Rows of the timeline's tables ↔ records: the one translation."""

import json
from uuid import UUID

import asyncpg

from stores.domain.events import Event, Verb
from stores.domain.timeline import Quarter
from stores.sql.core.tables import Table

EVENTS = Table(
    name="timeline_events",
    columns={
        "event_id": "uuid",
        "at": "timestamptz",
        "learner_id": "text",
        "course_key": "text",
        "registration": "uuid",
        "verb": "text",
        "verb_iri": "text",
        "item_key": "text",
        "score": "float8",
        "success": "bool",
        "progress": "float8",
        "duration_ms": "int8",
        "position": "float8",
        "session_id": "text",
        "voids": "uuid",
        "extensions": "text",
    },
)


def event_values(event: Event) -> tuple[object, ...]:
    return (
        event.id,
        event.at,
        event.learner_id,
        event.course_key,
        event.registration,
        event.verb,
        event.verb_iri,
        event.item_key,
        event.score,
        event.success,
        event.progress,
        event.duration_ms,
        event.position,
        event.session_id,
        event.voids,
        json.dumps(event.extensions),
    )


def event_of(row: asyncpg.Record) -> Event:
    return Event(
        id=UUID(int=row["event_id"].int),
        registration=UUID(int=row["registration"].int),
        learner_id=row["learner_id"],
        course_key=row["course_key"],
        verb=Verb(row["verb"]),
        verb_iri=row["verb_iri"],
        at=row["at"],
        item_key=row["item_key"],
        score=row["score"],
        success=row["success"],
        progress=row["progress"],
        duration_ms=row["duration_ms"],
        position=row["position"],
        session_id=row["session_id"],
        voids=None if row["voids"] is None else UUID(int=row["voids"].int),
        extensions=json.loads(row["extensions"]),
    )


def quarter_of(row: asyncpg.Record) -> Quarter:
    return Quarter(start=row["start"], events=row["events"], active_ms=row["active_ms"])
