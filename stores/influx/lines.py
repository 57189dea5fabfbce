"""Events as line protocol, and rows of InfluxQL as events.

Learner and course are tags: one series for each enrolment. The time of a point is the place of the event: its
millisecond and its slot as nanoseconds. All other fields of the event are fields of the point; None is left out.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

import orjson

from stores.domain.event_codec import FIELDS, Kind
from stores.domain.event_validity import event_fault
from stores.domain.events import Event, Verb
from stores.domain.paging import from_ms
from stores.domain.slots import place_of
from stores.errors import Rejected
from stores.influx.influxql import EARLIEST, LATEST, NS_OF_MS, Row

INTERACTION = "interaction"
"""The measurement. The layout before had others (`client.OLD_MEASUREMENTS`)."""
POINT_FIELDS = tuple(name for name in FIELDS if name not in ("learner_id", "course_key", "at", "slot"))
COLUMNS = ",".join(("course", "voided", *POINT_FIELDS))
"""What a read selects, after the time."""
MAX_LINE = 1_000_000
"""Bytes. In 2.x a text field may have 1 MiB. Keys are shorter than a tag may be (`event_fault`)."""


def tag_of(key: str) -> str:
    """A key as a tag: percent-encoded where line protocol cannot hold a character or would need an escape for it."""
    return quote(key, safe=":+@/", errors="surrogatepass") or "%"


def key_of(tag: str) -> str:
    """The key of a tag."""
    return "" if tag == "%" else unquote(tag)


def text(value: str) -> str:
    """A text field."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


ENCODERS: Mapping[Kind, Callable[[Any], str]] = {
    Kind.UUID: lambda value: f'"{value}"',
    Kind.TEXT: text,
    Kind.VERB: lambda verb: f'"{verb.value}"',
    Kind.NUMBER: lambda number: repr(float(number)),
    Kind.INTEGER: lambda number: f"{number}i",
    Kind.FLAG: lambda flag: "true" if flag else "false",
    Kind.DOCUMENT: lambda document: text(orjson.dumps(document, default=dict).decode()),
}
DECODERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.UUID: UUID,
    Kind.VERB: Verb,
    Kind.NUMBER: float,  # the server writes 1.0 as 1
    Kind.DOCUMENT: orjson.loads,
}
_values = attrgetter(*POINT_FIELDS)
_encoders = [(f"{name}=", ENCODERS[FIELDS[name]]) for name in POINT_FIELDS]
_decoders = [(place, DECODERS[FIELDS[name]]) for place, name in enumerate(POINT_FIELDS) if FIELDS[name] in DECODERS]


def lines_of(events: Sequence[Event], *, voided: bool) -> list[bytes]:
    """A line for each event; with `voided` its tombstone. `Rejected` if InfluxDB could not give one back exactly."""
    lines = []
    tags = {key: tag_of(key) for event in events for key in (event.learner_id, event.course_key)}
    for event in events:
        ms, slot = place_of(event)
        time = ms * NS_OF_MS + slot
        if fault := event_fault(event) or (None if EARLIEST < time < LATEST - NS_OF_MS else "a time out of range"):
            raise Rejected("timeline", f"event {event.id}: {fault}")
        fields = [
            prefix + encode(value)
            for (prefix, encode), value in zip(_encoders, _values(event), strict=True)
            if value is not None and value != {}
        ]
        if voided:
            fields += ["voided=true", f"voided_ms={event.duration_ms or 0}i"]
        series = f"{INTERACTION},learner={tags[event.learner_id]},course={tags[event.course_key]}"
        line = f"{series} {','.join(fields)} {time}".encode()
        if len(line) > MAX_LINE:
            raise Rejected("timeline", f"event {event.id}: more than {MAX_LINE:,} bytes")
        lines.append(line)
    return lines


def event_of(learner_id: str, row: Row) -> Event:
    """The event of a row of the time and COLUMNS."""
    time, course, _, *values = row
    ms, slot = divmod(time, NS_OF_MS)
    for place, decode in _decoders:
        if values[place] is not None:
            values[place] = decode(values[place])
    fields = dict(zip(POINT_FIELDS, values, strict=True))
    fields["extensions"] = fields["extensions"] or {}
    return Event(learner_id=learner_id, course_key=key_of(course), at=from_ms(ms), slot=slot, **fields)
