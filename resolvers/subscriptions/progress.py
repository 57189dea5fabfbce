"""The sources of `progressUpdated`: whose progress a viewer may subscribe to, and which updates of a feed that is."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress
from types import TracebackType
from uuid import UUID

from resolvers import permissions
from resolvers.context import Context
from resolvers.data.access_paths import COURSE_PROGRESS, ENROLLMENTS, LATEST
from resolvers.data.guards import CallKind
from resolvers.data.reference_paths import EXISTING_LEARNERS
from resolvers.errors import bad_input, forbidden
from resolvers.value_rules import MAX_TEXT_LENGTH, problem_with_name
from stores.domain.progress import Enrollment, EnrollmentState
from stores.domain.updates import FeedKey, FeedKind, Update
from stores.errors import StoreError

Updates = AsyncIterator[Update]
WITHDRAWN = EnrollmentState.WITHDRAWN
MISSED_WITHIN = 8
"""Deadlines of a live call: within these, all updates that a cursor missed have been published. A relay that was killed
is replaced within a lease, and its successor's calls take their own time."""


@asynccontextmanager
async def progress_of_course(context: Context, course: str, *, after: str | None) -> AsyncIterator[Updates]:
    """All updates in a course. Entering raises FORBIDDEN unless the viewer may read the course's records."""
    await check_course(context, course)
    async with _Feed(context, FeedKey(FeedKind.COURSE, course), after) as updates:
        yield updates


async def check_course(context: Context, course: str) -> None:
    """Raise FORBIDDEN unless the viewer may read the course's records.

    BAD_USER_INPUT if an ADMIN names a course that does not exist. If the catalog is unavailable, it may exist.
    """
    permissions.require_course_records(context.viewer, course)
    if permissions.is_admin(context.viewer):
        known = problem_with_name(course, MAX_TEXT_LENGTH) is None
        with suppress(StoreError):
            known = known and await context.loaders.load(LATEST, course, ()) is not None
        if not known:
            raise bad_input("there is no such course")


@asynccontextmanager
async def progress_of_learner(context: Context, learner_id: str, *, after: str | None) -> AsyncIterator[Updates]:
    """A learner's updates in the courses that the viewer may see. Entering raises FORBIDDEN if there are none."""
    viewer = context.viewer
    own = permissions.is_self(viewer, learner_id)  # without a store call: a store that is down must not hide it
    if not own and await context.loaders.load(EXISTING_LEARNERS, learner_id, ()) is None:
        raise bad_input("there is no such learner") if permissions.is_admin(viewer) else forbidden()
    courses = permissions.visible_courses(viewer, learner_id)
    async with (
        _Feed(context, FeedKey(FeedKind.LEARNER, learner_id), after) as updates,
        aclosing(_in_courses(updates, courses)) as visible,
    ):
        yield visible


@asynccontextmanager
async def progress_of_registration(
    context: Context, registration: UUID, *, after: str | None
) -> AsyncIterator[Updates]:
    """The updates of a registration until the learner withdraws. Entering raises FORBIDDEN if it is not visible.

    If the learner has withdrawn already, it completes: at once, or after the updates that `after` requests.
    """
    enrollment = await visible_enrollment(context, registration)
    if enrollment.state is WITHDRAWN and after is None:
        yield _none()
        return
    async with _Feed(context, FeedKey(FeedKind.LEARNER, enrollment.learner_id), after) as updates:
        # The withdrawal may have been published just before the feed was entered: read the state again.
        context.loaders.forget()
        withdrawn = await _last_version(context, registration) is not None
        if withdrawn and after is None:
            yield _none()
            return
        within = MISSED_WITHIN * context.peer.deadlines["live"].total_seconds() if withdrawn else None
        async with aclosing(_of_registration(context, updates, registration, within)) as events:
            yield events


async def visible_enrollment(context: Context, registration: UUID) -> Enrollment:
    """The enrolment. FORBIDDEN if the viewer may not see it; BAD_USER_INPUT if an ADMIN names an unknown one."""
    found = await context.loaders.load(ENROLLMENTS, registration, ())
    if found is None:
        raise bad_input("there is no such enrolment") if permissions.is_admin(context.viewer) else forbidden()
    if not permissions.may_read_enrollment(context.viewer, found.learner_id, found.course_key):
        raise forbidden()
    return found


async def _last_version(context: Context, registration: UUID) -> int | None:
    """The version of the progress after which no update will come; None unless the learner has withdrawn."""
    if (await visible_enrollment(context, registration)).state is not WITHDRAWN:
        return None
    progress = await context.loaders.load(COURSE_PROGRESS, registration, ())
    return 0 if progress is None else progress.version


class _Feed(AbstractAsyncContextManager[Updates]):
    """A feed that is entered by a call of the store. Each subscription has one: an exit stack takes more memory."""

    __slots__ = ("_context", "_feed")

    def __init__(self, context: Context, feed_key: FeedKey, after: str | None) -> None:
        self._context = context
        self._feed = context.peer.stores.live.feed(feed_key, after=after)

    async def __aenter__(self) -> Updates:
        entering = self._feed.__aenter__()
        return await self._context.loaders.call("live", "feed", 1, entering, kind=CallKind.READ)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> bool | None:
        return await self._feed.__aexit__(kind, error, at)


async def _in_courses(updates: Updates, courses: frozenset[str] | None) -> AsyncGenerator[Update, None]:
    async for update in updates:
        if courses is None or update.course_key in courses:
            yield update


async def _of_registration(
    context: Context, updates: Updates, registration: UUID, within: float | None
) -> AsyncGenerator[Update, None]:
    """The updates up to the withdrawal that still holds: the learner may have enrolled again after an earlier one.

    `within`: the seconds that the next missed update may take if the learner has withdrawn already. The cursor may be
    that of the last update. None: wait for updates without a limit.
    """
    while True:
        limit = asyncio.timeout(within)
        try:
            async with limit:
                update = await anext(updates)
        except TimeoutError:
            if limit.expired():
                return
            raise  # the feed's own error must not complete the subscription
        if update.registration != registration:
            continue
        yield update
        if update.state is WITHDRAWN:
            last = await _last_version(context, registration)
            if last is not None and update.version >= last:
                return


async def _none() -> AsyncGenerator[Update, None]:
    return
    yield
