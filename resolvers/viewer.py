"""The viewer: who makes a request, as a verified token or the demo states it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class Role(Enum):
    """What a viewer may do; `permissions.py` decides it."""

    LEARNER = "LEARNER"
    INSTRUCTOR = "INSTRUCTOR"
    ADMIN = "ADMIN"
    SERVICE = "SERVICE"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """What revocations compare: the id of a token (`jti`) and when it was issued (`iat`), None if it does not say."""

    id: str | None = None
    issued_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A user or a program that makes requests.

    `subject`: a learner id, unless the role is SERVICE. `courses`: the keys of the courses that an INSTRUCTOR teaches.
    `scopes`: what a SERVICE may do. `expires_at`: when its subscriptions end and its token is refused; None for never.
    `token`: None if the viewer has none. `authenticated`: False for a request without a token, which may only select
    public fields.
    """

    subject: str
    role: Role
    courses: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    token: TokenFacts | None = field(default=None, compare=False)
    authenticated: bool = True

    def expired(self, now: datetime) -> bool:
        """Whether the token has expired."""
        return self.expires_at is not None and now >= self.expires_at


NO_RIGHTS = Viewer(subject="", role=Role.SERVICE)
"""For reads on behalf of several viewers, or of none."""
UNAUTHENTICATED = Viewer(subject="", role=Role.SERVICE, authenticated=False)
"""The viewer of a request without a token."""
