"""Which events a store can keep and give back exactly: the one rule of every backend.

What a client may say is stricter, and is the gateway's rule: `resolvers.writes.event_faults`.
"""

from collections.abc import Iterable

from stores.domain.documents import fault_of, holds_nul
from stores.domain.events import Event
from stores.domain.keys import fits_index
from stores.domain.paging import CLEAN_TEXT
from stores.errors import Rejected

MAX_STORED_DURATION_MS = 2**40
"""The longest duration of an event, almost 35 years. Stores sum durations in 64 bits, which hold 8 million of them."""


def event_fault(event: Event) -> str | None:
    """Why no store could keep this event and give it back exactly; None if every store can."""
    learner_id, course_key, item_key = event.learner_id, event.course_key, event.item_key or ""
    text = f"{learner_id}{course_key}{event.verb_iri}{item_key}{event.session_id or ''}"
    if not CLEAN_TEXT.fullmatch(text):
        return "text that is not Unicode, or has a NUL"
    if not (fits_index(text) or (fits_index(learner_id, course_key) and fits_index(item_key))):
        return "a key that is too long for an index"
    if 0.0 * (event.score or 0.0) + 0.0 * (event.progress or 0.0) + 0.0 * (event.position or 0.0) != 0.0:
        return "a number that is not finite"
    if abs(event.duration_ms or 0) > MAX_STORED_DURATION_MS:
        return "a duration of more than 34 years"
    if not event.extensions:
        return None
    return fault_of(event.extensions) or ("text with a NUL" if holds_nul(event.extensions) else None)


def check_events(events: Iterable[Event], *, store: str) -> None:
    """`Rejected` by this store if one of the events could not be given back exactly."""
    for event in events:
        if fault := event_fault(event):
            raise Rejected(store, f"event {event.id}: {fault}")
