"""Time spent in an item: each session counts once, however often its events report it.

Source: cmi5, section 9.5.4 (duration). COMPLETED, PASSED, FAILED, TERMINATED and ABANDONED report the whole session
since it was initialised; other events report a part of it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from stores.domain.events import Event, Verb

WHOLE_SESSION_VERBS = frozenset({Verb.COMPLETED, Verb.PASSED, Verb.FAILED, Verb.TERMINATED, Verb.ABANDONED})
MAX_SESSION_KEY_BYTES = 200
"""Item key and session key share an index row; PostgreSQL limits one to about 2,700 bytes."""


class SessionKey(NamedTuple):
    """A session within an item of one registration. `session` is the `session_key` of the session id."""

    item_key: str
    session: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSession:
    """The durations that one session reported for one item, in ms. They merge event by event, in any order.

    `whole_ms` is the longest duration of the events that report the whole session, `parts_ms` the sum of the others.
    """

    registration: UUID
    item_key: str
    session_id: str
    whole_ms: int = 0
    parts_ms: int = 0

    @property
    def key(self) -> SessionKey:
        """The key of this row within its registration."""
        return SessionKey(self.item_key, self.session_id)

    @property
    def spent_ms(self) -> int:
        """The time that the session counts for."""
        return max(self.whole_ms, self.parts_ms)


def session_key(session_id: str) -> str:
    """The session id as an index keeps it: unchanged up to `MAX_SESSION_KEY_BYTES`, else its SHA-256 in hex."""
    if 4 * len(session_id) <= MAX_SESSION_KEY_BYTES:  # no character has more bytes
        return session_id
    encoded = session_id.encode()
    return session_id if len(encoded) <= MAX_SESSION_KEY_BYTES else hashlib.sha256(encoded).hexdigest()


def session_of(event: Event) -> SessionKey | None:
    """The session that an event's duration belongs to; None if the event has no item, session or duration."""
    if event.item_key is None or event.session_id is None or event.duration_ms is None:
        return None
    return SessionKey(event.item_key, session_key(event.session_id))


def merge_durations(
    sessions: Mapping[SessionKey, ItemSession], events: Iterable[Event]
) -> tuple[int, dict[SessionKey, ItemSession]]:
    """The ms that these further events add to their item's time, and the sessions that they change.

    `sessions` must hold the rows of all sessions that the events name, where such rows exist.
    """
    added = 0
    changed: dict[SessionKey, ItemSession] = {}
    new: dict[SessionKey, list[Event]] = {}
    for event in events:
        key = session_of(event)
        if key is None:
            added += event.duration_ms or 0
        else:
            new.setdefault(key, []).append(event)
    for key, its in new.items():
        before = sessions.get(key)
        whole_ms, parts_ms = (0, 0) if before is None else (before.whole_ms, before.parts_ms)
        for event in its:
            duration = event.duration_ms or 0
            if event.verb in WHOLE_SESSION_VERBS:
                whole_ms = max(whole_ms, duration)
            else:
                parts_ms += duration
        changed[key] = after = ItemSession(
            registration=its[0].registration,
            item_key=key.item_key,
            session_id=key.session,
            whole_ms=whole_ms,
            parts_ms=parts_ms,
        )
        added += after.spent_ms - (0 if before is None else before.spent_ms)
    return added, changed
