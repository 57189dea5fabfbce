"""Rows of InfluxQL as events."""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from stores.domain.event_codec import FIELDS, Kind
from stores.domain.event_columns import NEUTRAL, read_columns
from stores.domain.events import Event, Verb
from stores.domain.generated_code import function_of
from stores.domain.paging import from_ms
from stores.domain.quick_records import maker
from stores.domain.uuids import uuid_of_text
from stores.influx.influxql import NS_OF_MS, Row
from stores.influx.lines import POINT_FIELDS, key_of

DECODED: Mapping[Kind, str] = {
    Kind.UUID: "uuid_of_text({value})",
    Kind.VERB: "verbs[{value}]",
    Kind.NUMBER: "float({value})",  # the server writes 1.0 as 1
    Kind.DOCUMENT: "loads({value})",
}
"""How a `value` of a kind is read, as an expression."""


class EventReader(NamedTuple):
    """Reads the attributes of events that are asked for. `columns`: what to select, after the time. `event_of`:
    the event of a learner and of a row of the time and these columns."""

    columns: str
    event_of: Callable[[str, Row], Event]


def event_reader(columns: Collection[str] | None) -> EventReader:
    """The reader of these attributes (None: all)."""
    return _reader(None if columns is None else frozenset(columns))


@lru_cache(maxsize=1_000)
def _reader(columns: frozenset[str] | None) -> EventReader:
    """Its code is one call with all fields: with a dictionary of them it would take three times as long."""
    # All points have a verb; a point without any of the selected fields would be no row.
    names = ["verb", *(name for name in read_columns(columns) if name in POINT_FIELDS and name != "verb")]
    values = {name: f"neutral[{name!r}]" for name in NEUTRAL}
    for name in names:
        null = "{}" if FIELDS[name] is Kind.DOCUMENT else values.get(name)
        value = DECODED.get(FIELDS[name], "{value}").format(value=name)
        # The server may return null for each column but the verb.
        values[name] = value if name in ("verb", value) and null is None else f"{null} if {name} is None else {value}"
    code = f"""
def event_of(learner_id, row):
    time, course, _, {", ".join(names)} = row
    return Event(
        learner_id=learner_id, course_key=key_of(course), at=from_ms(time // {NS_OF_MS}), slot=time % {NS_OF_MS},
        {", ".join(f"{name}={value}" for name, value in values.items())},
    )
"""
    known: dict[str, Any] = {
        "Event": maker(Event),
        "from_ms": from_ms,
        "key_of": key_of,
        "loads": orjson.loads,
        "neutral": NEUTRAL,
        "uuid_of_text": uuid_of_text,
        "verbs": Verb.__members__,
    }
    return EventReader(",".join(("course", "voided", *names)), function_of([code], "event_of", known))
