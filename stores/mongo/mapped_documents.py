"""Conversion of another application's documents to profiles, by a mapping."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bson.decimal128 import Decimal128
from bson.objectid import ObjectId

from stores.domain.paging import CLEAN_TEXT
from stores.domain.profile_mapping import KeyType, ProfileMapping, value_at
from stores.domain.profile_values import Misfit, fitted
from stores.domain.profiles import Profile
from stores.mongo.client import Document

UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)
OPEN_DOCUMENTS = ("preferences", "attributes")
DECIMAL = re.compile("0|-?[1-9][0-9]{0,18}")
HEX = re.compile("[0-9a-f]{24}")
LOWEST_KEYS: Mapping[KeyType, Any] = {
    KeyType.STRING: "",
    KeyType.INT: -(2**63),
    KeyType.OBJECT_ID: ObjectId(b"\0" * 12),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that does not fit: the name of the field in `Profile`, where the document has it, and why."""

    field: str
    path: str
    reason: str


def key_of(learner_id: str, key_type: KeyType) -> Any:
    """The key of a learner as the documents have it; None if the id is not the text of such a key."""
    if key_type is KeyType.STRING:
        return learner_id
    if key_type is KeyType.OBJECT_ID:
        return ObjectId(learner_id) if HEX.fullmatch(learner_id) else None
    number = int(learner_id) if DECIMAL.fullmatch(learner_id) else None
    return number if number is not None and -(2**63) <= number < 2**63 else None


def learner_id_of(key: Any, key_type: KeyType) -> str | None:
    """The learner id of a document's key; None if the key has another type."""
    match key_type, key:
        case (KeyType.STRING, str()) if type(key) is str and key and CLEAN_TEXT.fullmatch(key):  # BSON code is a str
            return key
        case (KeyType.OBJECT_ID, ObjectId()):
            return str(key)
        case (KeyType.INT, bool()):
            return None
        case (KeyType.INT, int()):
            return str(int(key))
        case (KeyType.INT, float()) if key.is_integer() and abs(key) < 2**63:  # as JavaScript stores numbers
            return str(int(key))
    return None


def profile_of(document: Document, mapping: ProfileMapping) -> tuple[Profile | None, list[Fault]]:
    """The profile of a document, and what does not fit. A value that does not fit is left out or has its default. None
    if the key does not fit."""
    key = value_at(document, mapping.key)
    learner_id = learner_id_of(key, mapping.key_type)
    if learner_id is None:
        return None, [Fault("learner_id", mapping.key, f"is not a key of the type {mapping.key_type.value}")]
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    for field, source in mapping.fields.items():
        found = source.value_in(document)
        if found is not None:
            try:
                values[field] = fitted(field, _json(found) if field in OPEN_DOCUMENTS else found)
            except Misfit as misfit:
                faults.append(Fault(field, str(source), str(misfit)))
        elif field == "display_name":
            faults.append(Fault(field, str(source), "is missing"))
    values.setdefault("created_at", key.generation_time if isinstance(key, ObjectId) else UNKNOWN_TIME)
    values.setdefault("updated_at", values["created_at"])
    defaults = {"display_name": learner_id, "locale": mapping.locale, "time_zone": mapping.time_zone}
    return Profile(learner_id=learner_id, **defaults | values), faults


def _json(value: Any) -> Any:
    """A value as JSON. Types that JSON lacks become text, or null where they have no plain text."""
    match value:
        case bool() | str() | None:
            return value
        case int():
            return int(value)
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {str(key): _json(inner) for key, inner in value.items()}
        case list():
            return [_json(inner) for inner in value]
        case datetime():
            return value.isoformat()
        case ObjectId() | Decimal128():
            return str(value)
    return None
