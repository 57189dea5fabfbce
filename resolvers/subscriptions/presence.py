"""Who is present in a course: a change by a heartbeat is signalled, one by the passage of time is reckoned here."""

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
    """Those ONLINE or AWAY in one course. Whoever goes on to another course is OFFLINE in this one: where they went is
    not this course's affair."""

    store = "sessions"
    pause = timedelta(milliseconds=250)

    def __init__(self, course: str) -> None:
        self._course = course
        self._here: dict[str, Presence] = {}
        self._alarms: list[tuple[datetime, str]] = []
        self._alarm_of: dict[str, datetime] = {}
        """The one alarm of each learner that counts; all others in the heap are stale."""

    def signals(self, stores: Stores) -> Signals:
        return stores.sessions.presence_signals(self._course)

    async def look(self, loaders: Loaders, keys: frozenset[str] | None, *, now: datetime) -> Sequence[Presence]:
        if keys is None:
            everyone = await loaders.load(COURSE_PRESENCE, self._course, ()) or ()
            found = {one.learner_id: one for one in everyone}
            asked: Iterable[str] = {**self._here, **found}
        else:
            found = dict(await loaders.load_many(PRESENCE, sorted(keys), ()))
            asked = found
        changes = [self._take(learner_id, found.get(learner_id)) for learner_id in asked]
        return [one for one in changes if one is not None] + self._pass(now)

    def state(self) -> Sequence[Presence]:
        return list(self._here.values())

    def due(self) -> datetime | None:
        while self._alarms and self._alarm_of.get(self._alarms[0][1]) != self._alarms[0][0]:
            heappop(self._alarms)
        return self._alarms[0][0] if self._alarms else None

    def key_of(self, event: Presence) -> str:
        return event.learner_id

    def _take(self, learner_id: str, found: Presence | None) -> Presence | None:
        """Keep what was found of a learner (None: not here); what there is to tell of it."""
        before = self._here.pop(learner_id, None)
        ours = found if found is not None and found.course_key == self._course else None
        if ours is not None and ours.status is not PresenceStatus.OFFLINE:
            self._here[learner_id] = ours
            self._set_alarm(ours)
            return ours if before is None or before.status is not ours.status else None
        self._alarm_of.pop(learner_id, None)
        if before is None:
            return None
        return ours or replace(before, status=PresenceStatus.OFFLINE)

    def _pass(self, now: datetime) -> list[Presence]:
        """Those whom time alone made AWAY or OFFLINE. It makes nobody ONLINE, whatever the clocks say."""
        changes = []
        while (due := self.due()) is not None and due <= now:
            _, learner_id = heappop(self._alarms)
            del self._alarm_of[learner_id]
            before = self._here[learner_id]
            status = status_of(before.last_seen_at, now=now)
            if status is not PresenceStatus.ONLINE and status is not before.status:
                changes.append(replace(before, status=status))
                self._here[learner_id] = changes[-1]
            if status is PresenceStatus.OFFLINE:
                del self._here[learner_id]
            else:
                self._set_alarm(self._here[learner_id])
        return changes

    def _set_alarm(self, one: Presence) -> None:
        """A heartbeat puts off what was due, and the alarm finds that out: only an earlier one needs a new entry."""
        if one.last_seen_at is None:
            return
        due = one.last_seen_at + (ONLINE_FOR if one.status is PresenceStatus.ONLINE else AWAY_FOR)
        kept = self._alarm_of.get(one.learner_id)
        if kept is None or due < kept:
            self._alarm_of[one.learner_id] = due
            heappush(self._alarms, (due, one.learner_id))
