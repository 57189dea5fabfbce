"""Sessions in dicts: the reference implementation of the port."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from stores.domain.sessions import (
    LAST_SEEN_TTL,
    RESUME_POINT_TTL,
    SESSION_TTL,
    Heartbeat,
    Presence,
    PresenceStatus,
    ResumePoint,
    Session,
    status_of,
)
from stores.memory.signals import SignalChannels
from stores.ports.sessions import Sessions
from stores.ports.signals import Signals


@dataclass(slots=True, kw_only=True)
class _Seen:
    """The session of a learner's latest heartbeat, and whether it was ended."""

    session: Session
    ended: bool = False


class MemorySessions(Sessions):
    """Sessions of one process. `now` is the clock."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._seen: dict[str, _Seen] = {}
        self._resume: dict[UUID, ResumePoint] = {}
        self._unsaved: dict[UUID, None] = {}
        self._channels = SignalChannels()

    async def ping(self) -> None:
        return None

    async def by_learners(self, learner_ids: Sequence[str]) -> Mapping[str, Session]:
        now = self._now()
        found = {key: self._current(key, now) for key in learner_ids}
        return {key: session for key, session in found.items() if session is not None}

    async def presence(self, learner_ids: Sequence[str]) -> Mapping[str, Presence]:
        now = self._now()
        return {key: self._presence(key, now) for key in learner_ids}

    async def online(self, course_keys: Sequence[str]) -> Mapping[str, int]:
        now = self._now()
        everyone = (self._presence(key, now) for key in self._seen)
        counts = Counter(one.course_key for one in everyone if one.status is PresenceStatus.ONLINE)
        return {key: counts[key] for key in course_keys if counts[key]}

    async def present(self, course_keys: Sequence[str]) -> Mapping[str, Sequence[Presence]]:
        now = self._now()
        everyone = [self._presence(key, now) for key in sorted(self._seen)]
        here = [one for one in everyone if one.status is not PresenceStatus.OFFLINE]
        return {key: [one for one in here if one.course_key == key] for key in course_keys}

    async def resume_points(self, registrations: Sequence[UUID]) -> Mapping[UUID, ResumePoint]:
        now = self._now()
        found = {key: self._resume[key] for key in registrations if key in self._resume}
        return {key: point for key, point in found.items() if now - point.at < RESUME_POINT_TTL}

    async def touch(self, heartbeats: Sequence[Heartbeat]) -> None:
        now = self._now()
        for beat in heartbeats:
            if now - beat.at < LAST_SEEN_TTL:
                self._move_on(beat, now)
            point = beat.point
            if point is not None and now - point.at < RESUME_POINT_TTL and self._moved(point):
                self._unsaved.setdefault(beat.registration)

    async def end(self, session_id: str, *, learner_id: str, at: datetime | None = None) -> Session | None:
        session = self._current(learner_id, self._now())
        if session is None or session.session_id != session_id:
            return None
        if at is not None and session.last_seen_at > at:
            return None
        self._seen[learner_id].ended = True
        self._channels.signal(f"presence:{session.course_key}", learner_id)
        return session

    async def move(self, points: Sequence[ResumePoint], *, gone: Collection[tuple[UUID, str]] = ()) -> None:
        for registration, mark in gone:
            kept = self._resume.get(registration)
            if kept is not None and kept.id == mark:
                del self._resume[registration]
                self._unsaved.pop(registration, None)
                self._channels.signal(f"resume:{registration}", str(registration))
        now = self._now()
        for point in points:
            if now - point.at < RESUME_POINT_TTL and self._moved(point):
                self._unsaved.pop(point.registration, None)

    async def unsaved(self, *, most: int) -> Sequence[ResumePoint]:
        found: list[ResumePoint] = []
        now = self._now()
        for key in list(self._unsaved):
            if len(found) == most:
                break
            if now - self._resume[key].at < RESUME_POINT_TTL:
                found.append(self._resume[key])
            else:
                del self._unsaved[key]
        return found

    async def saved(self, points: Sequence[ResumePoint]) -> None:
        for point in points:
            kept = self._resume.get(point.registration)
            if kept is not None and (kept.at, kept.id) == (point.at, point.id):
                self._unsaved.pop(point.registration, None)

    def presence_signals(self, course_key: str) -> Signals:
        return self._channels.listen(f"presence:{course_key}")

    def resume_signals(self, registration: UUID) -> Signals:
        return self._channels.listen(f"resume:{registration}")

    def _moved(self, point: ResumePoint) -> bool:
        if point.position is None:
            return False
        kept = self._resume.get(point.registration)
        if kept is not None and (point.at, point.id) <= (kept.at, kept.id):
            return False
        self._resume[point.registration] = point
        self._channels.signal(f"resume:{point.registration}", str(point.registration))
        return True

    def _move_on(self, beat: Heartbeat, now: datetime) -> None:
        kept = self._seen.get(beat.learner_id)
        if kept is not None and (beat.at, beat.session_id) <= (kept.session.last_seen_at, kept.session.session_id):
            return
        before = self._current(beat.learner_id, now)
        for course in {beat.course_key, beat.course_key if kept is None else kept.session.course_key}:
            self._channels.signal(f"presence:{course}", beat.learner_id)
        continued = before if before is not None and before.session_id == beat.session_id else None
        position = beat.position
        if position is None and continued is not None and _same_item(continued, beat):
            position = continued.position
        self._seen[beat.learner_id] = _Seen(
            session=Session(
                session_id=beat.session_id,
                learner_id=beat.learner_id,
                registration=beat.registration,
                course_key=beat.course_key,
                item_key=beat.item_key,
                position=position,
                device=beat.device,
                started_at=beat.at if continued is None else continued.started_at,
                last_seen_at=beat.at,
            )
        )

    def _current(self, learner_id: str, now: datetime) -> Session | None:
        kept = self._seen.get(learner_id)
        if kept is None or kept.ended or now - kept.session.last_seen_at >= SESSION_TTL:
            return None
        return kept.session

    def _presence(self, learner_id: str, now: datetime) -> Presence:
        kept = self._seen.get(learner_id)
        if kept is None or now - kept.session.last_seen_at >= LAST_SEEN_TTL:
            return Presence(learner_id=learner_id, status=PresenceStatus.OFFLINE)
        seen_at = kept.session.last_seen_at
        return Presence(
            learner_id=learner_id,
            status=PresenceStatus.OFFLINE if kept.ended else status_of(seen_at, now=now),
            last_seen_at=seen_at,
            course_key=kept.session.course_key,
        )


def _same_item(session: Session, beat: Heartbeat) -> bool:
    return (session.registration, session.item_key) == (beat.registration, beat.item_key)
