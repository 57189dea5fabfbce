"""A seat that learners of the demo take in turns: what whoever sits there has yet to do, and where they are."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from stores.domain.events import Event
from stores.domain.outbox import SESSION_END_VERBS
from stores.domain.sessions import Heartbeat

REST = timedelta(seconds=4)
"""Between two learners on one seat."""


@dataclass(slots=True, kw_only=True)
class Seat:
    """`due`: when the next thing happens. `number`: who sits here; None: nobody."""

    due: datetime
    number: int | None = None
    device: str | None = None
    to_come: deque[Event] = field(default_factory=deque)
    _last: Event | None = None
    _position: float | None = None

    def happens(self, now: datetime) -> Event:
        """What was to come first. However late it is, what follows keeps its distance: there is no rush."""
        event = self.to_come.popleft()
        same_item = self._last is not None and self._last.item_key == event.item_key
        self._position = event.position if event.position is not None or not same_item else self._position
        self._last = event
        if self.to_come:
            self.due = now + (self.to_come[0].at - event.at)
        else:
            self.due = now + REST
        if event.verb in SESSION_END_VERBS:
            self.number = self._last = None
        return event

    def heartbeat(self, now: datetime) -> Heartbeat | None:
        """That the learner is here; in a video, as far on as it has played since the last event."""
        if self._last is None or self._last.session_id is None:
            return None
        return Heartbeat(
            session_id=self._last.session_id,
            learner_id=self._last.learner_id,
            registration=self._last.registration,
            course_key=self._last.course_key,
            item_key=self._last.item_key,
            position=self._played(now),
            device=self.device,
            at=now,
        )

    def _played(self, now: datetime) -> float | None:
        last, coming = self._last, self.to_come[0] if self.to_come else None
        if last is None or coming is None or last.item_key != coming.item_key:
            return self._position
        if last.position is None or coming.position is None:
            return self._position
        left = (self.due - now) / ((coming.at - last.at) or timedelta.resolution)
        return round(coming.position - max(0.0, min(1.0, left)) * (coming.position - last.position), 1)
