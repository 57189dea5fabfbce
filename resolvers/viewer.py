"""Who is asking: what a verified token (or the demo) says of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Role(Enum):
    LEARNER = "LEARNER"
    INSTRUCTOR = "INSTRUCTOR"
    ADMIN = "ADMIN"
    SERVICE = "SERVICE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """`subject` is a learner id for whoever learns; `courses` are the course keys an INSTRUCTOR teaches. `expires_at`:
    from then on what was begun in its name ends; None: never."""

    subject: str
    role: Role
    courses: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    expires_at: datetime | None = None

    def expired(self, now: datetime) -> bool:
        return self.expires_at is not None and now >= self.expires_at
