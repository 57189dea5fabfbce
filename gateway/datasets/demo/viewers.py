"""The viewers for whom a demo issues tokens."""

from datetime import timedelta

from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.profiles import learner_id
from resolvers.viewer import Role, Viewer

ADMIN = Viewer(subject="demo-admin", role=Role.ADMIN)
LEARNER = Viewer(subject=learner_id(1), role=Role.LEARNER)
INSTRUCTOR = Viewer(subject="demo-instructor", role=Role.INSTRUCTOR, courses=frozenset({SQL101}))
TOKEN_LIFETIME = timedelta(days=7)
