"""Events: what learners did, as the ledger and the timeline keep it. An event corresponds to an xAPI statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID


class Verb(Enum):
    """What was done. `Event.verb_iri` has xAPI's identifier of the verb."""

    REGISTERED = "REGISTERED"
    UNREGISTERED = "UNREGISTERED"
    LAUNCHED = "LAUNCHED"
    INITIALIZED = "INITIALIZED"
    EXPERIENCED = "EXPERIENCED"
    VIEWED = "VIEWED"
    PLAYED = "PLAYED"
    PAUSED = "PAUSED"
    SEEKED = "SEEKED"
    INTERACTED = "INTERACTED"
    ANSWERED = "ANSWERED"
    ATTEMPTED = "ATTEMPTED"
    PROGRESSED = "PROGRESSED"
    COMPLETED = "COMPLETED"
    PASSED = "PASSED"
    FAILED = "FAILED"
    WAIVED = "WAIVED"
    ABANDONED = "ABANDONED"
    TERMINATED = "TERMINATED"
    POSTED = "POSTED"
    COMMENTED = "COMMENTED"
    RATED = "RATED"
    VOIDED = "VOIDED"
    OTHER = "OTHER"

    # Members are compared by identity. The hash of an Enum's member is that of its name, computed in Python: a batch
    # looks its verbs up thousands of times.
    __hash__ = object.__hash__


NO_ACTIVITY = frozenset({Verb.REGISTERED, Verb.UNREGISTERED, Verb.VOIDED})
"""Verbs that record no activity of a learner: they count neither in windows of activity nor in `last_activity_at`."""
VERB_IRIS: Mapping[Verb, str] = {
    # From ADL's vocabulary, else the cmi5 and video profiles, else TinCan's registry.
    **{
        verb: f"http://adlnet.gov/expapi/verbs/{verb.value.lower()}"
        for verb in (
            Verb.REGISTERED,
            Verb.LAUNCHED,
            Verb.INITIALIZED,
            Verb.EXPERIENCED,
            Verb.INTERACTED,
            Verb.ANSWERED,
            Verb.ATTEMPTED,
            Verb.PROGRESSED,
            Verb.COMPLETED,
            Verb.PASSED,
            Verb.FAILED,
            Verb.TERMINATED,
            Verb.COMMENTED,
            Verb.VOIDED,
        )
    },
    Verb.WAIVED: "https://w3id.org/xapi/adl/verbs/waived",
    Verb.ABANDONED: "https://w3id.org/xapi/adl/verbs/abandoned",
    Verb.PLAYED: "https://w3id.org/xapi/video/verbs/played",
    Verb.PAUSED: "https://w3id.org/xapi/video/verbs/paused",
    Verb.SEEKED: "https://w3id.org/xapi/video/verbs/seeked",
    Verb.VIEWED: "http://id.tincanapi.com/verb/viewed",
    Verb.RATED: "http://id.tincanapi.com/verb/rated",
    Verb.UNREGISTERED: "http://id.tincanapi.com/verb/unregistered",
    Verb.POSTED: "https://w3id.org/xapi/acrossx/verbs/posted",
    Verb.OTHER: "http://adlnet.gov/expapi/verbs/experienced",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. `id` is the xAPI statement id and the idempotency key.

    `at` is UTC in whole milliseconds; score and progress are 0…1; position is in the item's own unit (seconds for a
    video). `learner_id` and `course_key` follow from the registration; the timeline needs them. A VOIDED event takes
    the event `voids` back. `extensions` is an open JSON document (`documents.fault_of`). `slot` (0 … 999,999) tells the
    events of a registration in one millisecond apart (`slots`); the ledger assigns it, and it is not part of the body.
    """

    id: UUID
    registration: UUID
    learner_id: str
    course_key: str
    verb: Verb
    verb_iri: str
    at: datetime
    item_key: str | None = None
    score: float | None = None
    success: bool | None = None
    progress: float | None = None
    duration_ms: int | None = None
    position: float | None = None
    session_id: str | None = None
    voids: UUID | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)
    slot: int | None = field(default=None, compare=False)
