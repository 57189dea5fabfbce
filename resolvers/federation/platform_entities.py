"""The entities of this subgraph."""

from resolvers.federation.entities import Entity
from resolvers.query_root import lookup_course, lookup_enrollment, lookup_learner
from resolvers.types.course import Course
from resolvers.types.enrollment import Enrollment
from resolvers.types.learner import Learner

ENTITIES = (
    Entity(Course, {"key": lambda viewer, given: lookup_course(viewer, key=given["key"])}),
    Entity(
        Enrollment,
        {"registration": lambda viewer, given: lookup_enrollment(viewer, registration=given["registration"])},
    ),
    Entity(
        Learner,
        {
            "learnerId": lambda viewer, given: lookup_learner(viewer, learner_id=given["learnerId"]),
            "id": lambda viewer, given: lookup_learner(viewer, id=given["id"]),
        },
    ),
)
SHAREABLE = frozenset({"PageInfo"})
"""Types that other subgraphs usually have as well, with the same fields."""
