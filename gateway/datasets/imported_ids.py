"""Ids that imports make: UUIDv5 of what a record is about, so that a repeated import makes the same ids."""

import json
from uuid import NAMESPACE_OID, UUID, uuid5

IMPORTED = uuid5(NAMESPACE_OID, "quadrangle import")
"""The UUIDv5 namespace of registrations that imports make."""


def registration_of(learner_id: str, course_key: str) -> UUID:
    """The registration of an imported enrolment whose source names none."""
    return uuid5(IMPORTED, json.dumps([learner_id, course_key]))


def event_id(registration: UUID, *key: object) -> UUID:
    """The id of an event by its natural key (JSON values) within its registration."""
    return uuid5(registration, json.dumps(key))
