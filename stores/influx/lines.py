"""Events as line protocol.

Learner and course are tags: one series for each enrolment. The time of a point is the place of the event: its
millisecond and its slot as nanoseconds. All other fields of the event are fields of the point; None is left out.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

import orjson

from stores.domain.event_codec import FIELDS, Kind
from stores.domain.event_validity import event_fault
from stores.domain.events import Event, Verb
from stores.domain.generated_code import function_of
from stores.domain.slots import place_of
from stores.errors import Rejected
from stores.influx.influxql import EARLIEST, LATEST, NS_OF_MS

INTERACTION = "interaction"
"""The measurement. The layout before had others (`client.OLD_MEASUREMENTS`)."""
POINT_FIELDS = tuple(name for name in FIELDS if name not in ("learner_id", "course_key", "at", "slot"))
MAX_LINE = 1_000_000
"""Bytes. In 2.x a text field may have 1 MiB. Keys are shorter than a tag may be (`event_fault`)."""
PLAIN_KEY = re.compile(r"[A-Za-z0-9_.~:+@/-]+")
"""A key that is its own tag, as nearly all are."""


def tag_of(key: str) -> str:
    """A key as a tag: percent-encoded where line protocol cannot hold a character or would need an escape for it."""
    return key if PLAIN_KEY.fullmatch(key) else quote(key, safe=":+@/", errors="surrogatepass") or "%"


def key_of(tag: str) -> str:
    """The key of a tag."""
    return tag if "%" not in tag else unquote(tag) if tag != "%" else ""


def text(value: str) -> str:
    """A text field."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def document(value: Mapping[str, Any]) -> str:
    """A text field with a document as JSON."""
    return text(orjson.dumps(value, default=dict).decode())


FORMS: Mapping[Kind, str] = {
    Kind.UUID: '"{value}"',
    Kind.TEXT: "{text(value)}",
    Kind.VERB: "{verbs[value]}",
    Kind.NUMBER: "{float(value)!r}",
    Kind.INTEGER: "{value}i",
    Kind.FLAG: "{str(value).lower()}",
    Kind.DOCUMENT: "{document(value)}",
}
"""How a `value` of a kind is written, as the replacement of an f-string."""


def _fields_of() -> Callable[[Event], list[str]]:
    """The function that makes the fields of an event's point. Its code has a line for each field of `FIELDS`: a loop
    over them with a call for each would take twice as long."""
    code = ["def fields_of(event):", " made = []", " add = made.append"]
    for name in POINT_FIELDS:
        given = "value" if FIELDS[name] is Kind.DOCUMENT else "value is not None"
        code += [f" value = event.{name}", f" if {given}: add(f'{name}={FORMS[FIELDS[name]]}')"]
    names: dict[str, Any] = {"document": document, "text": text, "verbs": {verb: f'"{verb.value}"' for verb in Verb}}
    made: Callable[[Event], list[str]] = function_of([*code, " return made"], "fields_of", names)
    return made


fields_of = _fields_of()


def lines_of(events: Sequence[Event], *, voided: bool) -> list[bytes]:
    """A line for each event; with `voided` its tombstone. `Rejected` if InfluxDB could not give one back exactly."""
    lines = []
    known: dict[tuple[str, str], str] = {}
    for event in events:
        ms, slot = place_of(event)
        time = ms * NS_OF_MS + slot
        if fault := event_fault(event) or (None if EARLIEST < time < LATEST - NS_OF_MS else "a time out of range"):
            raise Rejected("timeline", f"event {event.id}: {fault}")
        fields = fields_of(event)
        if voided:
            fields += ["voided=true", f"voided_ms={event.duration_ms or 0}i"]
        owner = event.learner_id, event.course_key
        if (series := known.get(owner)) is None:
            series = known[owner] = f"{INTERACTION},learner={tag_of(owner[0])},course={tag_of(owner[1])}"
        line = f"{series} {','.join(fields)} {time}".encode()
        if len(line) > MAX_LINE:
            raise Rejected("timeline", f"event {event.id}: more than {MAX_LINE:,} bytes")
        lines.append(line)
    return lines
