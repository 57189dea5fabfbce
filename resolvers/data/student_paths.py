"""Which learners are enrolled in a course that the viewer teaches."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from resolvers import permissions
from resolvers.data.access_paths import LEARNER_ENROLLMENTS, EnrollmentsArgs
from resolvers.data.dataloaders import DerivedPath, Loaders
from stores.domain.progress import Enrollment, EnrollmentState

TAKEN = frozenset(EnrollmentState) - {EnrollmentState.WITHDRAWN}
"""The states of an enrolment that has not ended by withdrawing."""


async def _students(loaders: Loaders, learner_ids: Sequence[str], withdrawn: bool) -> Mapping[str, Enrollment]:
    courses = permissions.courses_taught(loaders.viewer)
    if not courses:
        return {}
    args = EnrollmentsArgs(None if withdrawn else TAKEN, courses, None, 1)
    pages = await loaders.load_many(CURRENT_ENROLLMENTS, learner_ids, args)
    return {key: page.rows[0] for key, page in pages.items() if page.rows}


CURRENT_ENROLLMENTS = replace(LEARNER_ENROLLMENTS, last_good=None)
"""As `LEARNER_ENROLLMENTS`, never stale: rules are decided by it."""
STUDENTS: DerivedPath[str, bool, Enrollment] = DerivedPath(_students)
"""The newest enrolment of each learner in a course that the viewer teaches; the argument: also a withdrawn one."""
