"""The faults of events: what is wrong with an event by itself, and what the ledger's verdict codes mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from resolvers import errors
from resolvers.value_rules import (
    MAX_DURATION,
    MAX_DURATION_MS,
    MAX_TEXT_LENGTH,
    problem_with_amount,
    problem_with_document,
    problem_with_duration,
    problem_with_name,
    problem_with_new_key,
    problem_with_share,
    problem_with_time,
)
from resolvers.writes.faults import Fault
from stores.domain.events import Event, Verb

VERDICT_CODES: Mapping[str, tuple[str, str]] = {
    "CONFLICT": ("id", "the id is taken by another event"),
    "FORBIDDEN": ("registration", errors.forbidden().message),
    "INVALID_VOID": ("voids", "is an event of another enrolment"),
    "UNKNOWN_COURSE": ("registration", "the enrolment's version of the course is not in the catalog"),
    "UNKNOWN_ITEM": ("item_key", "is not an item of the course"),
    "UNKNOWN_REGISTRATION": ("registration", "there is no such enrolment"),
}
"""Why the ledger does not keep an event: the wrong part of it, and a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """An event as a client sends it. Learner and course follow from the registration.

    `id` is the xAPI statement id and the idempotency key. `at` is UTC in whole milliseconds; score and progress are
    0…1; `position` is in the item's own unit (seconds for a video). `verb_iri`: the verb's usual IRI when absent.
    `extensions` is a JSON object.
    """

    id: UUID
    registration: UUID
    verb: Verb
    at: datetime
    verb_iri: str | None = None
    item_key: str | None = None
    score: float | None = None
    success: bool | None = None
    progress: float | None = None
    duration_seconds: float | None = None
    position: float | None = None
    session_id: str | None = None
    voids: UUID | None = None
    extensions: Any = None


def verdict_fault(code: str, *path: str | int) -> Fault:
    """The fault that a verdict's code stands for, in the event at `path`."""
    part, message = VERDICT_CODES[code]
    return Fault(code, message, (*path, part))


def problem_with_event(given: Interaction | Event, now: datetime) -> tuple[str, str] | None:
    """The first part that is wrong by itself and what is wrong with it, or None. Every store can keep an event that
    passes. `now` bounds `at` (`value_rules.problem_with_time`)."""
    if problem := problem_with_time(given.at, now):
        return "at", problem
    if given.verb_iri is not None and (problem := problem_with_name(given.verb_iri, MAX_TEXT_LENGTH)):
        return "verb_iri", problem
    if given.item_key is not None and (problem := problem_with_name(given.item_key, MAX_TEXT_LENGTH)):
        return "item_key", problem
    if given.session_id is not None and (problem := problem_with_new_key(given.session_id)):
        return "session_id", problem
    if problem := problem_with_share(given.score):
        return "score", problem
    if problem := problem_with_share(given.progress):
        return "progress", problem
    if fault := _duration_fault(given):
        return fault
    if problem := problem_with_amount(given.position):
        return "position", problem
    if (given.voids is None) is (given.verb is Verb.VOIDED):
        return "voids", "is given where the verb is VOIDED, and there only"
    if given.extensions is not None and (problem := problem_with_document(given.extensions)):
        return "extensions", problem
    return None


def _duration_fault(given: Interaction | Event) -> tuple[str, str] | None:
    if isinstance(given, Interaction):
        problem = problem_with_duration(given.duration_seconds)
        return None if problem is None else ("duration_seconds", problem)
    if given.duration_ms is None or 0 <= given.duration_ms <= MAX_DURATION_MS:
        return None
    return "duration_ms", f"must be between 0 and {MAX_DURATION.days} days"
