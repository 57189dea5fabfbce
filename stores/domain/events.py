"""An interaction, as the ledger and the timeline keep it: an xAPI statement in the gateway's own words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID


class Verb(Enum):
    """What was done. The IRI beside it (`verb_iri`) is xAPI's own name of the verb."""

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


NO_ACTIVITY = frozenset({Verb.REGISTERED, Verb.UNREGISTERED, Verb.VOIDED})
"""Verbs that record no activity of a learner: they count neither in windows of activity nor in `last_activity_at`."""
VERB_IRIS: Mapping[Verb, str] = {
    # ADL's vocabulary, the cmi5 and video profiles, and TinCan's registry, in that order of preference.
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
    video). `learner_id` and `course_key` follow from the registration and are carried for the timeline's sake.
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
