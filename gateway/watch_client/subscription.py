"""What is watched, as a GraphQL subscription."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from strawberry.relay import to_base64

from resolvers.errors import RequestError
from resolvers.types.node import parse_id

UPDATES = """
subscription Watch($registration: UUID, $learner: ID, $course: String, $after: String) {
  progressUpdated(registration: $registration, learner: $learner, course: $course, after: $after) {
    cursor
    version
    at
    registration
    coalesced
    progress { completion itemsDone itemsTotal score }
    changed { itemKey state }
    enrollment { learner { learnerId displayName presence { status } } course { key title } }
  }
}
"""
COURSE = "query Known($course: String!) { course(key: $course) { key } }"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSubscription:
    """A course, a learner or a registration: exactly one of them. A learner by id or by global id."""

    course: str | None = None
    learner: str | None = None
    registration: UUID | None = None

    def __str__(self) -> str:
        return self.course or (f"learner {self.learner}" if self.learner else f"registration {self.registration}")

    def variables(self, after: str | None) -> dict[str, Any]:
        """The variables of the subscription. Those without a value are left out, because null is a value as well."""
        given = {
            "course": self.course,
            "learner": None if self.learner is None else global_id(self.learner),
            "registration": None if self.registration is None else str(self.registration),
            "after": after,
        }
        return {name: value for name, value in given.items() if value is not None}


def global_id(learner: str) -> str:
    """The global id of a learner; one that is global already stays as it is."""
    try:
        if parse_id(learner)[0] == "Learner":
            return learner
    except RequestError:
        pass
    return to_base64("Learner", learner)
