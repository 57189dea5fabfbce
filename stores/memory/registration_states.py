"""The states of registrations, indexed by registration, learner and course."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from stores.domain.enrollment_order import EnrollmentFilter
from stores.domain.progress import Enrollment, EnrollmentState
from stores.domain.progress_projection import RegistrationState


class RegistrationStates:
    """The states (`of`, by registration), with the enrolments of each learner and course."""

    def __init__(self) -> None:
        self.of: dict[UUID, RegistrationState] = {}
        self._of_learner: defaultdict[str, dict[str, UUID]] = defaultdict(dict)
        self._of_course: defaultdict[str, list[UUID]] = defaultdict(list)

    def add(self, state: RegistrationState) -> bool:
        """Add a state and return True, unless its registration or its learner's enrolment in its course exists."""
        row = state.enrollment
        if row.registration in self.of or row.course_key in self._of_learner[row.learner_id]:
            return False
        self.of[row.registration] = state
        self._of_learner[row.learner_id][row.course_key] = row.registration
        self._of_course[row.course_key].append(row.registration)
        return True

    def forget(self, registration: UUID) -> None:
        """Remove a registration."""
        row = self.of.pop(registration).enrollment
        del self._of_learner[row.learner_id][row.course_key]
        self._of_course[row.course_key].remove(registration)

    def of_learner(
        self, learner_id: str, states: Collection[EnrollmentState] | None, courses: Collection[str] | None
    ) -> list[Enrollment]:
        """A learner's enrolments, restricted to these states and courses (None: all)."""
        rows = self._rows(self._of_learner.get(learner_id, {}).values(), states)
        return [row for row in rows if courses is None or row.course_key in courses]

    def of_course(
        self, course_key: str, states: Collection[EnrollmentState] | None, where: EnrollmentFilter | None
    ) -> list[Enrollment]:
        """A course's enrolments, restricted to these states and by this filter (None: all)."""
        rows = self._rows(self._of_course.get(course_key, ()), states)
        return [row for row in rows if where is None or where.allows(row, self.of[row.registration].course)]

    def _rows(self, registrations: Iterable[UUID], states: Collection[EnrollmentState] | None) -> list[Enrollment]:
        rows = [self.of[key].enrollment for key in registrations]
        return [row for row in rows if states is None or row.state in states]
