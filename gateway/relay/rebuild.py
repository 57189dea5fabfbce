"""A timeline made again from the ledger, the way it came there at first: through the outbox and a relay."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from gateway.runtime.errors import CommandError
from stores.batches import REBUILT_ROWS
from stores.domain.outbox import Backlog, Consumer
from stores.domain.progress import Enrollment
from stores.ports.stores import Stores

MOST_WAITING = 500
"""Commits (of up to 500 events) that may wait for the timeline before more is told: the outbox stays small."""
SECONDS_APART = 0.1

OnProgress = Callable[[str, int, int], None]
Wait = Callable[[float], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Told:
    enrollments: int = 0
    events: int = 0


async def rebuild(
    stores: Stores,
    *,
    courses: Sequence[str],
    learners: Sequence[str],
    wait: Wait,
    on_progress: OnProgress,
) -> Told:
    """Tell the ledger of these courses and learners (neither: of all) again, and wait until the timeline has it. Safe
    beside gateways that write, and to repeat. `Stop`: one that is not known."""
    keys = [] if learners and not courses else await known_courses(stores, courses)
    by_course = await stores.progress.count_by_courses(keys, states=None)
    by_learner = await stores.progress.count_by_learners(learners, states=None, courses=None)
    total = sum(by_course.values()) + sum(by_learner.values())
    for learner in learners:
        if not by_learner.get(learner):
            raise CommandError(f"nobody called {learner} is enrolled anywhere")
    told = Told()
    async for rows in enrollments(stores, keys, learners):
        told.events += await stores.progress.republish([row.registration for row in rows])
        told.enrollments += len(rows)
        on_progress("enrolments", told.enrollments, max(total, told.enrollments))
        while (await waiting(stores)).waiting > MOST_WAITING:
            await wait(SECONDS_APART)
    left = await waiting(stores)
    last, most = left.newest, left.waiting  # by the database's clock, which need not be ours
    while left.oldest is not None and last is not None and left.oldest <= last:  # what waits later is somebody else's
        most = max(most, left.waiting)
        on_progress("commits", most - left.waiting, most)
        await wait(SECONDS_APART)
        left = await waiting(stores)
    on_progress("commits", most, most)
    return told


async def known_courses(stores: Stores, asked: Sequence[str]) -> Sequence[str]:
    if asked:
        there = await stores.catalog.latest(asked)
        for key in asked:
            if key not in there:
                raise CommandError(f"there is no course {key}")
        return list(dict.fromkeys(asked))
    keys: list[str] = []
    after = None
    while True:
        page = await stores.catalog.page(after=after, first=REBUILT_ROWS)
        keys += [course.key for course in page.rows]
        if not page.has_next:
            return keys
        after = page.cursors[-1]


async def enrollments(
    stores: Stores, courses: Sequence[str], learners: Sequence[str]
) -> AsyncIterator[Sequence[Enrollment]]:
    """Page by page."""
    progress = stores.progress
    for keys, read in (
        (courses, partial(progress.by_courses, states=None)),
        (learners, partial(progress.by_learners, states=None, courses=None)),
    ):
        for key in keys:
            after = None
            while page := (await read([key], after=after, first=REBUILT_ROWS)).get(key):
                yield page.rows
                if not page.has_next:
                    break
                after = page.cursors[-1]


async def waiting(stores: Stores) -> Backlog:
    return (await stores.outbox.backlog())[Consumer.TIMELINE]
