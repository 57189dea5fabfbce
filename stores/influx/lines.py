"""Event ↔ line protocol. Of an event, the learner is its tag, the rest are fields; `None` is a field left out.

The time of a point is the event's millisecond and a slot within it, so that a learner's events of one millisecond are
different points; the event's own time is the point's without the slot.
"""

import re
from hashlib import blake2b
from urllib.parse import quote
from uuid import UUID

import orjson

from stores.domain.event_validity import event_fault
from stores.domain.events import Event, Verb
from stores.domain.paging import from_ms, to_ms
from stores.errors import Rejected
from stores.influx.influxql import EARLIEST, LATEST, NS_OF_MS, Row

EVENT = "event"
FIELDS = (
    "id,registration,course,verb,verb_iri,item,score,success,progress,duration_ms,position,session,voids,extensions"
)
PLAIN_TAG = re.compile(r"[A-Za-z0-9_.~:+@/-]+")
LONGEST_TAG = 16_384
LONGEST_TEXT = 1_000_000
"""Bytes. The server's limits are 65,535 for all tags together and, in 2.x, 1 MiB for a text."""


def tag_of(key: str) -> str:
    """A key as a tag: as it is, but for percent-encoding what line protocol cannot hold or would need escapes for."""
    return key if PLAIN_TAG.fullmatch(key) else quote(key, safe=":+@/", errors="surrogatepass") or "%"


def slot_of(key: bytes, slots: int) -> int:
    """Where a key would like to be; the same for ever."""
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big") % slots


def text(value: str) -> str:
    """A text field."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def check(event: Event) -> None:
    """`Rejected` where the event could not be kept here and given back as it was."""
    fault = event_fault(event)
    if not fault and longest_text(event) > LONGEST_TEXT:
        fault = "a text that is too long"
    if not fault and max(len(tag_of(event.learner_id)), len(tag_of(event.course_key))) > LONGEST_TAG:
        fault = "a key that is too long"
    if not fault and not EARLIEST < to_ms(event.at) * NS_OF_MS < LATEST - NS_OF_MS:
        fault = "a time that InfluxDB does not know"
    if fault:
        raise Rejected("timeline", f"event {event.id}: {fault}")


def longest_text(event: Event) -> int:
    texts = (event.course_key, event.verb_iri, event.item_key or "", event.session_id or "")
    return max(len("".join(texts).encode()), len(extensions_of(event) or b""))


def extensions_of(event: Event) -> bytes | None:
    return orjson.dumps(event.extensions, default=dict) if event.extensions else None


def line_of(event: Event, time: int) -> str:
    fields = [
        f'id="{event.id}",registration="{event.registration}",verb="{event.verb.value}"',
        f"course={text(event.course_key)},verb_iri={text(event.verb_iri)}",
    ]
    if event.item_key is not None:
        fields.append(f"item={text(event.item_key)}")
    for name, number in (("score", event.score), ("progress", event.progress), ("position", event.position)):
        if number is not None:
            fields.append(f"{name}={float(number)!r}")
    if event.success is not None:
        fields.append(f"success={'true' if event.success else 'false'}")
    if event.duration_ms is not None:
        fields.append(f"duration_ms={event.duration_ms}i")
    if event.session_id is not None:
        fields.append(f"session={text(event.session_id)}")
    if event.voids is not None:
        fields.append(f'voids="{event.voids}"')
    if (extensions := extensions_of(event)) is not None:
        fields.append(f"extensions={text(extensions.decode())}")
    return f"{EVENT},learner={tag_of(event.learner_id)} {','.join(fields)} {time}"


def event_of(learner_id: str, row: Row) -> Event:
    """A row of time and FIELDS. The server writes 1.0 as 1."""
    time, event_id, registration, course, verb, verb_iri, item, *rest = row
    score, success, progress, duration_ms, position, session, voids, extensions = rest
    return Event(
        id=UUID(event_id),
        registration=UUID(registration),
        learner_id=learner_id,
        course_key=course,
        verb=Verb(verb),
        verb_iri=verb_iri,
        at=from_ms(time // NS_OF_MS),
        item_key=item,
        score=_float(score),
        success=success,
        progress=_float(progress),
        duration_ms=duration_ms,
        position=_float(position),
        session_id=session,
        voids=None if voids is None else UUID(voids),
        extensions={} if extensions is None else orjson.loads(extensions),
    )


def _float(number: float | None) -> float | None:
    return None if number is None else float(number)
