"""Who may use a demo: the viewers it issues tokens for, and what a request without a token may do."""

from datetime import timedelta

from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.profiles import learner_id
from gateway.http.auth.access import Access
from gateway.http.auth.tokens import Tokens
from resolvers.viewer import Role, Viewer

ADMIN = Viewer(subject="demo-admin", role=Role.ADMIN)
LEARNER = Viewer(subject=learner_id(1), role=Role.LEARNER)
INSTRUCTOR = Viewer(subject="demo-instructor", role=Role.INSTRUCTOR, courses=frozenset({SQL101}))
TOKEN_LIFETIME = timedelta(days=7)


def demo_access(secret: str, *, on_loopback: bool) -> Access:
    """On a loopback address a request without a token is an ADMIN; elsewhere it is refused. Everyone may trace."""
    return Access(
        tokens=Tokens(secret=secret), anonymous_viewer=ADMIN if on_loopback else None, may_trace=lambda viewer: True
    )
