"""Events with the attributes that were asked for only."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from stores.domain.event_codec import FIELDS
from stores.domain.events import Event

ALWAYS_READ = frozenset({"learner_id", "course_key", "at", "slot", "verb"})
"""The attributes that order a timeline, and the verb: every event that is read has them."""
NIL = UUID(int=0)
"""In place of an id or a registration that was not read."""

NEUTRAL: Mapping[str, Any] = {"id": NIL, "registration": NIL, "verb_iri": ""}
"""In place of the attributes that are not optional."""
partial_event: Callable[..., Event] = partial(Event, **NEUTRAL)
"""An event with the given attributes. The others have a neutral value: NIL, the empty text or document, or None."""


def read_columns(columns: Collection[str] | None) -> list[str]:
    """The attributes that are read of each event if these are asked for (None: all), in the order of `FIELDS`."""
    return [name for name in FIELDS if columns is None or name in columns or name in ALWAYS_READ]
