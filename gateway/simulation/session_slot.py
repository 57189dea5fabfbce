"""A slot for one simulated session at a time: the events that are still to come, and the learner's heartbeat."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from stores.domain.events import Event
from stores.domain.outbox import SESSION_END_VERBS
from stores.domain.sessions import Heartbeat

PAUSE = timedelta(seconds=4)
"""The time between two sessions of a slot."""


@dataclass(slots=True, kw_only=True)
class SessionSlot:
    """`due` is when the next event happens, or the next session starts. `number` is the current learner's, if any.

    `pending` has the events of the session that have not happened yet, with the times they were planned for."""

    due: datetime
    number: int | None = None
    device: str | None = None
    pending: deque[Event] = field(default_factory=deque)
    _last: Event | None = None
    _position: float | None = None

    def take_event(self, now: datetime) -> Event:
        """Remove the first pending event. A delay moves all further events: the distances between them stay."""
        event = self.pending.popleft()
        same_item = self._last is not None and self._last.item_key == event.item_key
        self._position = event.position if event.position is not None or not same_item else self._position
        self._last = event
        if self.pending:
            self.due = now + (self.pending[0].at - event.at)
        else:
            self.due = now + PAUSE
        if event.verb in SESSION_END_VERBS:
            self.number = self._last = None
        return event

    def heartbeat(self, now: datetime) -> Heartbeat | None:
        """The heartbeat of the current learner, if any. Between two positions in a video it has one in between."""
        if self._last is None or self._last.session_id is None:
            return None
        return Heartbeat(
            session_id=self._last.session_id,
            learner_id=self._last.learner_id,
            registration=self._last.registration,
            course_key=self._last.course_key,
            item_key=self._last.item_key,
            position=self._position_at(now),
            device=self.device,
            at=now,
        )

    def _position_at(self, now: datetime) -> float | None:
        last, following = self._last, self.pending[0] if self.pending else None
        if last is None or following is None or last.item_key != following.item_key:
            return self._position
        if last.position is None or following.position is None:
            return self._position
        remaining = (self.due - now) / ((following.at - last.at) or timedelta.resolution)
        share = max(0.0, min(1.0, remaining))
        return round(following.position - share * (following.position - last.position), 1)
