"""The back edges of the graph's types: references to types whose modules import the referring one.

GraphQL types may refer to each other in circles; modules may not import each other in circles. Strawberry imports the
named module when it builds the schema. These are the only lazy references: `tests/import_cycles.py` lists them.
"""

from typing import Annotated, Any, ForwardRef

import strawberry

ENROLLMENT: Any = Annotated[ForwardRef("Enrollment"), strawberry.lazy("resolvers.types.enrollment")]
"""For the edges of `EnrollmentConnection`, which is a field of the learner that an enrolment leads to."""
LEARNER: Any = Annotated[ForwardRef("Learner"), strawberry.lazy("resolvers.types.learner")]
"""For `Enrollment.learner` and `Presence.learner`: both are reached from a learner, too."""
