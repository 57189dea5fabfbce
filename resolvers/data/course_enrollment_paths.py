"""The access paths of the enrolments in a course."""

from typing import NamedTuple

from resolvers.data.access_paths import CountArgs, prime_enrollments
from resolvers.data.dataloaders import StorePath
from resolvers.data.shared_reads.sharing import Retention, first_pages
from stores.domain.enrollment_order import EnrollmentFilter, EnrollmentOrder
from stores.domain.paging import Page
from stores.domain.progress import Enrollment, EnrollmentState


class CourseEnrollmentsArgs(NamedTuple):
    """A page of a course's enrolments in this order (None: by registration), only those in `states` that satisfy
    `where` (None: all). `after`: a cursor."""

    states: frozenset[EnrollmentState] | None
    where: EnrollmentFilter | None
    order: EnrollmentOrder | None
    after: str | None
    first: int


COURSE_ENROLLMENTS: StorePath[str, CourseEnrollmentsArgs, Page[Enrollment]] = StorePath(
    "progress",
    "by_courses",
    lambda s, keys, args: s.progress.by_courses(keys, **args._asdict()),
    prime=prime_enrollments,
    last_good=Retention(first_pages, absent=True),
)
COURSE_COUNTS: StorePath[str, CountArgs, int] = StorePath(
    "progress",
    "count_by_courses",
    lambda s, keys, args: s.progress.count_by_courses(keys, states=args.states, where=args.where),
)
