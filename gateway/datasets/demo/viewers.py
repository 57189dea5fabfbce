"""The viewers for whom a demo issues tokens."""

from datetime import timedelta

from gateway.datasets.demo.courses import PY110, SQL101, STAT201
from gateway.datasets.demo.profiles import learner_id
from resolvers.viewer import Role, Viewer

ADMIN = Viewer(subject="demo-admin", role=Role.ADMIN)
LEARNER = Viewer(subject=learner_id(1), role=Role.LEARNER)
INSTRUCTOR = Viewer(subject="demo-instructor", role=Role.INSTRUCTOR, courses=frozenset({SQL101, PY110, STAT201}))
TOKEN_LIFETIME = timedelta(days=7)
"""For the tokens that `quadrangle demo` prints."""
ROLE_LIFETIME = timedelta(hours=2)
"""For the tokens that the front door offers. It gets new ones each time it is opened."""
