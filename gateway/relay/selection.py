"""The enrolments that a rebuild works on: of some courses and learners, or all."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial

from gateway.runtime.errors import CommandError
from stores.batches import REBUILT_ROWS
from stores.domain.catalog import CourseFilter
from stores.domain.progress import Enrollment
from stores.ports.stores import Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Keys of courses and learners. `total` is the number of their enrolments when they were counted."""

    courses: Sequence[str]
    learners: Sequence[str]
    total: int


async def select_enrollments(stores: Stores, *, courses: Sequence[str], learners: Sequence[str]) -> Selection:
    """Check and count what is to be rebuilt; all courses if neither courses nor learners are given. Raises
    `CommandError` for an unknown course or a learner without enrolment."""
    keys = [] if learners and not courses else await _course_keys(stores, courses)
    by_course = await stores.progress.count_by_courses(keys, states=None)
    by_learner = await stores.progress.count_by_learners(learners, states=None, courses=None)
    for learner in learners:
        if not by_learner.get(learner):
            raise CommandError(f"learner {learner} has no enrolment")
    return Selection(courses=keys, learners=learners, total=sum(by_course.values()) + sum(by_learner.values()))


async def _course_keys(stores: Stores, asked: Sequence[str]) -> Sequence[str]:
    """The given keys, each once, or the keys of all courses."""
    if asked:
        known = await stores.catalog.latest(asked)
        for key in asked:
            if key not in known:
                raise CommandError(f"there is no course {key}")
        return list(dict.fromkeys(asked))
    keys: list[str] = []
    after = None
    while True:
        page = await stores.catalog.page(CourseFilter(), after=after, first=REBUILT_ROWS)
        keys += [course.key for course in page.rows]
        if not page.has_next:
            return keys
        after = page.cursors[-1]


async def enrollment_pages(stores: Stores, selection: Selection) -> AsyncIterator[Sequence[Enrollment]]:
    """The enrolments of the selected courses, then of the selected learners."""
    progress = stores.progress
    for keys, read in (
        (selection.courses, partial(progress.by_courses, states=None)),
        (selection.learners, partial(progress.by_learners, states=None, courses=None)),
    ):
        for key in keys:
            after = None
            while page := (await read([key], after=after, first=REBUILT_ROWS)).get(key):
                yield page.rows
                if not page.has_next:
                    break
                after = page.cursors[-1]
