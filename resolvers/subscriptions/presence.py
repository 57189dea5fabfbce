"""The topic of `presenceChanged`: who is ONLINE or AWAY in a course.

Heartbeats and ends of sessions are signalled. Changes by time alone (AWAY, then OFFLINE) are computed here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import heappop, heappush

from resolvers.data.access_paths import COURSE_PRESENCE, PRESENCE
from resolvers.data.dataloaders import Loaders
from stores.domain.sessions import AWAY_FOR, ONLINE_FOR, Presence, PresenceStatus, status_of
from stores.ports.signals import Signals
from stores.ports.stores import Stores


class PresenceTopic:
    """The learners who are ONLINE or AWAY in one course.

    A learner who moves to another course is OFFLINE in this one; the event does not name the other course.
    """

    store = "sessions"
    min_interval = timedelta(milliseconds=250)
    ended = False

    def __init__(self, course: str) -> None:
        self._course = course
        self._present: dict[str, Presence] = {}
        self._alarms: list[tuple[datetime, str]] = []
        """A heap of the times at which learners become AWAY or OFFLINE, with stale entries."""
        self._alarm_of: dict[str, datetime] = {}
        """The alarm of each learner that is not stale."""

    def signals(self, stores: Stores) -> Signals:
        """The ids of learners whose presence in the course may have changed."""
        return stores.sessions.presence_signals(self._course)

    async def refresh(self, loaders: Loaders, keys: frozenset[str] | None, *, now: datetime) -> Sequence[Presence]:
        """The learners whose status changed, by signals or by time."""
        if keys is None:
            everyone = await loaders.load(COURSE_PRESENCE, self._course, ()) or ()
            found = {one.learner_id: one for one in everyone}
            learner_ids: Iterable[str] = {**self._present, **found}
        else:
            found = dict(await loaders.load_many(PRESENCE, sorted(keys), ()))
            learner_ids = found
        changes = [self._update(learner_id, found.get(learner_id)) for learner_id in learner_ids]
        return [one for one in changes if one is not None] + self._expire(now)

    def snapshot(self) -> Sequence[Presence]:
        """All who are ONLINE or AWAY."""
        return list(self._present.values())

    def next_change_at(self) -> datetime | None:
        """When the next learner becomes AWAY or OFFLINE without a heartbeat."""
        while self._alarms and self._alarm_of.get(self._alarms[0][1]) != self._alarms[0][0]:
            heappop(self._alarms)
        return self._alarms[0][0] if self._alarms else None

    def key_of(self, event: Presence) -> str:
        """A newer status of the same learner replaces one that waits."""
        return event.learner_id

    def _update(self, learner_id: str, found: Presence | None) -> Presence | None:
        """Store what was read of a learner (None: not present) and return the event, if the status changed."""
        before = self._present.pop(learner_id, None)
        here = found if found is not None and found.course_key == self._course else None
        if here is not None and here.status is not PresenceStatus.OFFLINE:
            self._present[learner_id] = here
            self._set_alarm(here)
            return here if before is None or before.status is not here.status else None
        self._alarm_of.pop(learner_id, None)
        if before is None:
            return None
        return here or replace(before, status=PresenceStatus.OFFLINE)

    def _expire(self, now: datetime) -> list[Presence]:
        """The learners who became AWAY or OFFLINE by time. Time makes no learner ONLINE, even if clocks differ."""
        changes = []
        while (due := self.next_change_at()) is not None and due <= now:
            _, learner_id = heappop(self._alarms)
            del self._alarm_of[learner_id]
            before = self._present[learner_id]
            status = status_of(before.last_seen_at, now=now)
            if status is not PresenceStatus.ONLINE and status is not before.status:
                changes.append(replace(before, status=status))
                self._present[learner_id] = changes[-1]
            if status is PresenceStatus.OFFLINE:
                del self._present[learner_id]
            else:
                self._set_alarm(self._present[learner_id])
        return changes

    def _set_alarm(self, one: Presence) -> None:
        """An alarm that is too early checks again when it is due, so only an earlier one needs a new entry."""
        if one.last_seen_at is None:
            return
        due = one.last_seen_at + (ONLINE_FOR if one.status is PresenceStatus.ONLINE else AWAY_FOR)
        kept = self._alarm_of.get(one.learner_id)
        if kept is None or due < kept:
            self._alarm_of[one.learner_id] = due
            heappush(self._alarms, (due, one.learner_id))
