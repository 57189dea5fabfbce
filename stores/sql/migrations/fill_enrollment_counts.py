"""Migration 0016 of progress: the numbers of enrolments by course and state.

It works course by course, each in one transaction that corrects the course's numbers. So it may be killed, repeated,
and run beside writers of this version.
"""

from functools import partial

from stores.sql.core.pool import Pool
from stores.sql.core.transact import fetch, transact
from stores.sql.progress.enrollment_counts import recount

STORE = "progress"
NEXT_COURSE = "SELECT course_key FROM enrollments WHERE course_key > $1 ORDER BY course_key LIMIT 1"


async def fill_enrollment_counts(pool: Pool) -> None:
    """Count the enrolments of all courses."""
    course_key = ""
    while found := await fetch(pool, STORE, NEXT_COURSE, course_key):
        course_key = found[0]["course_key"]
        await transact(pool, STORE, partial(recount, course_key=course_key))
