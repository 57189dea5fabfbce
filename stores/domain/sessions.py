"""Records of sessions: presence, the current session and resume points. The session store expires them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

ONLINE_FOR = timedelta(seconds=60)
"""A learner is ONLINE this long after a heartbeat (clients send one every 15–30 s), then AWAY."""
AWAY_FOR = timedelta(minutes=10)
"""… and OFFLINE this long after it."""
SESSION_TTL = timedelta(hours=12)
"""A session expires this long after its last heartbeat."""
RESUME_POINT_TTL = timedelta(days=30)
"""A resume point expires in the session store after this; `Progress` has a durable copy."""
LAST_SEEN_TTL = timedelta(days=30)
"""`Presence.last_seen_at` expires after this."""


class PresenceStatus(Enum):
    """Whether a learner is here; see `status_of`."""

    ONLINE = "ONLINE"
    AWAY = "AWAY"
    OFFLINE = "OFFLINE"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumePoint:
    """Where a registration resumes: the latest `(at, id)` wins, `id` being that of the event or of the heartbeat's
    session. Only what has an item and a position moves it; `position` is None in points of earlier versions only."""

    registration: UUID
    item_key: str
    position: float | None = None
    at: datetime
    device: str | None = None
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """A client's report that its learner is here. Times in whole ms."""

    session_id: str
    learner_id: str
    registration: UUID
    course_key: str
    item_key: str | None = None
    position: float | None = None
    device: str | None = None
    at: datetime

    @property
    def point(self) -> ResumePoint | None:
        """The resume point that it makes; None without an item or a position."""
        if self.item_key is None or self.position is None:
            return None
        return ResumePoint(
            registration=self.registration,
            item_key=self.item_key,
            position=self.position,
            at=self.at,
            device=self.device,
            id=self.session_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A learner's current session: that of the latest heartbeat, until it ends or expires."""

    session_id: str
    learner_id: str
    registration: UUID
    course_key: str
    item_key: str | None = None
    position: float | None = None
    device: str | None = None
    started_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """When a learner was last seen, and in which course. A learner whose session ended is OFFLINE at once."""

    learner_id: str
    status: PresenceStatus
    last_seen_at: datetime | None = None
    course_key: str | None = None


def status_of(last_seen_at: datetime | None, *, now: datetime) -> PresenceStatus:
    """The presence of a learner who was last seen then. A time in the future (a client's clock) counts as now."""
    if last_seen_at is None or now - last_seen_at >= AWAY_FOR:
        return PresenceStatus.OFFLINE
    return PresenceStatus.ONLINE if now - last_seen_at < ONLINE_FOR else PresenceStatus.AWAY
