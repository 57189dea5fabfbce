"""Commands that write one event about one item: an attempt, or reported progress."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from resolvers.value_rules import MAX_TEXT_LENGTH
from resolvers.viewer import Viewer
from resolvers.writes.event_faults import verdict_fault
from resolvers.writes.faults import Refusal
from resolvers.writes.grading import learner_faults
from resolvers.writes.ledger import build_event, record_event
from resolvers.writes.validation import Validation
from resolvers.writes.writable_enrollments import find_one_writable
from resolvers.writes.write_stores import WriteStores
from stores.domain.events import Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitAttempt:
    """An attempt at an item.

    `id` and `at` of the event are made when None. `score` is 0…1. `success` None: by the item's mastery score.
    `duration_seconds` is 366 days at most. `extensions` is a JSON object.
    """

    id: UUID | None = None
    registration: UUID
    item_key: str
    at: datetime | None = None
    score: float | None = None
    success: bool | None = None
    duration_seconds: float | None = None
    extensions: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetItemProgress:
    """How much of an item is done, 0…1. `id` and `at` of the event are made when None."""

    id: UUID | None = None
    registration: UUID
    item_key: str
    at: datetime | None = None
    progress: float


async def submit_attempt(stores: WriteStores, viewer: Viewer, command: SubmitAttempt) -> UUID | Refusal:
    """Record an ATTEMPTED event; returns the id of the event. Raises StoreError.

    A learner's own attempt is ungraded, unless the item is optional or self-reported: FORBIDDEN with a score or with
    success. LOCKED: a prerequisite of the item is not satisfied."""
    validation = Validation()
    validation.share("score", command.score)
    validation.duration("duration_seconds", command.duration_seconds)
    validation.document("extensions", command.extensions)
    seconds, extensions = command.duration_seconds, command.extensions
    return await _record_about_item(
        stores,
        viewer,
        command,
        Verb.ATTEMPTED,
        validation,
        score=command.score,
        success=command.success,
        duration_ms=None if seconds is None or validation.faults else round(seconds * 1000),
        extensions=extensions if isinstance(extensions, Mapping) else {},
    )


async def set_item_progress(stores: WriteStores, viewer: Viewer, command: SetItemProgress) -> UUID | Refusal:
    """Record a PROGRESSED event; returns the id of the event. Progress never goes down. Raises StoreError."""
    validation = Validation()
    validation.share("progress", command.progress)
    return await _record_about_item(stores, viewer, command, Verb.PROGRESSED, validation, progress=command.progress)


async def _record_about_item(
    stores: WriteStores,
    viewer: Viewer,
    command: SubmitAttempt | SetItemProgress,
    verb: Verb,
    validation: Validation,
    **values: Any,
) -> UUID | Refusal:
    target = await find_one_writable(stores, viewer, command.registration)
    if isinstance(target, Refusal):
        return target
    validation.name("item_key", command.item_key, longest=MAX_TEXT_LENGTH)
    validation.time("at", command.at, now=stores.now())
    if refusal := validation.refusal:
        return refusal
    event = build_event(stores, command, target.enrollment, verb, item_key=command.item_key, **values)
    faults = await learner_faults(stores, viewer, {0: event}, {command.registration: target})
    if faults:
        return Refusal(tuple(faults.values()))
    code = await record_event(stores, command, event, target.course)
    return event.id if code is None else Refusal((verdict_fault(code),))
