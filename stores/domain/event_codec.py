"""The one list of an event's fields, and the event as a list of JSON values.

The outbox, the ledger and the timeline in SQL keep events by this list: a new field of `Event` is one line in `FIELDS`.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from operator import attrgetter
from typing import Any
from uuid import UUID

from stores.domain.events import Event, Verb
from stores.domain.paging import from_ms, to_ms
from stores.domain.quick_records import maker
from stores.domain.uuids import uuid_of_text


class Kind(Enum):
    """What a field holds; its type in a store follows from it."""

    UUID = "uuid"
    TEXT = "text"
    VERB = "verb"
    MOMENT = "moment"
    NUMBER = "number"
    INTEGER = "integer"
    FLAG = "flag"
    DOCUMENT = "document"


FIELDS: Mapping[str, Kind] = {
    "id": Kind.UUID,
    "registration": Kind.UUID,
    "learner_id": Kind.TEXT,
    "course_key": Kind.TEXT,
    "verb": Kind.VERB,
    "verb_iri": Kind.TEXT,
    "at": Kind.MOMENT,
    "item_key": Kind.TEXT,
    "score": Kind.NUMBER,
    "success": Kind.FLAG,
    "progress": Kind.NUMBER,
    "duration_ms": Kind.INTEGER,
    "position": Kind.NUMBER,
    "session_id": Kind.TEXT,
    "voids": Kind.UUID,
    "extensions": Kind.DOCUMENT,
    "slot": Kind.INTEGER,
}
"""All fields of `Event`, in the order of the JSON values. New ones come last: rows of the outbox outlive a version."""
OWNER_FIELDS = ("registration", "learner_id", "course_key")
"""The fields that follow from the enrolment."""
BODY_FIELDS = tuple(name for name in FIELDS if name not in OWNER_FIELDS)

ENCODERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.UUID: str,
    Kind.VERB: attrgetter("value"),
    Kind.MOMENT: to_ms,
}
DECODERS: Mapping[Kind, Callable[[Any], Any]] = {Kind.UUID: uuid_of_text, Kind.VERB: Verb, Kind.MOMENT: from_ms}

make_event = maker(Event)
_body = attrgetter(*BODY_FIELDS)
_encoded = [(place, ENCODERS[FIELDS[name]]) for place, name in enumerate(BODY_FIELDS) if FIELDS[name] in ENCODERS]
_decoded = [(name, DECODERS[FIELDS[name]]) for name in BODY_FIELDS if FIELDS[name] in DECODERS]


def body_to_json(event: Event) -> list[Any]:
    """The fields of an event as JSON values, without those that follow from its enrolment. Times in ms."""
    values = list(_body(event))
    for place, encode in _encoded:
        if values[place] is not None:
            values[place] = encode(values[place])
    return values


def event_from_json(values: Sequence[Any], *, registration: UUID, learner_id: str, course_key: str) -> Event:
    """The event of `body_to_json`. Fields that an older version did not write have their defaults."""
    body = dict(zip(BODY_FIELDS, values, strict=False))
    for name, decode in _decoded:
        if body.get(name) is not None:
            body[name] = decode(body[name])
    return make_event(registration=registration, learner_id=learner_id, course_key=course_key, **body)
