"""Whose progress may be watched, and which updates of a feed that is."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from uuid import UUID

from resolvers import permissions
from resolvers.context import Context
from resolvers.data.access_paths import COURSE_PROGRESS, ENROLLMENTS, LATEST
from resolvers.data.visible_paths import VISIBLE_LEARNERS
from resolvers.errors import bad_input, forbidden
from resolvers.value_rules import MAX_TEXT_LENGTH, problem_with_name
from stores.domain.progress import Enrollment, EnrollmentState
from stores.domain.updates import Topic, TopicKind, Update
from stores.errors import StoreError

Updates = AsyncIterator[Update]
WITHDRAWN = EnrollmentState.WITHDRAWN
PATIENCE = 8
"""Deadlines of a call."""


@asynccontextmanager
async def progress_of_course(context: Context, course: str, *, after: str | None) -> AsyncIterator[Updates]:
    await check_course(context, course)
    async with AsyncExitStack() as stack:
        yield await _listen(context, stack, Topic(TopicKind.COURSE, course), after)


async def check_course(context: Context, course: str) -> None:
    """Whether the viewer may watch it. Whoever sees all is told of one that does not exist; a catalog that is down
    hides none."""
    if not permissions.may_read_course_records(context.viewer, course):
        raise forbidden()
    if permissions.is_admin(context.viewer):
        known = problem_with_name(course, MAX_TEXT_LENGTH) is None
        with suppress(StoreError):
            known = known and await context.loaders.load(LATEST, course, ()) is not None
        if not known:
            raise bad_input("there is no such course")


@asynccontextmanager
async def progress_of_learner(context: Context, learner_id: str, *, after: str | None) -> AsyncIterator[Updates]:
    viewer = context.viewer
    own = permissions.is_self(viewer, learner_id)  # asks no store: one that is down must not hide one's own progress
    if not own and await context.loaders.load(VISIBLE_LEARNERS, learner_id, ()) is None:
        raise bad_input("there is no such learner") if permissions.is_admin(viewer) else forbidden()
    courses = permissions.visible_courses(viewer, learner_id)
    async with AsyncExitStack() as stack:
        updates = await _listen(context, stack, Topic(TopicKind.LEARNER, learner_id), after)
        yield await stack.enter_async_context(aclosing(_of_courses(updates, courses)))


@asynccontextmanager
async def progress_of_registration(
    context: Context, registration: UUID, *, after: str | None
) -> AsyncIterator[Updates]:
    enrollment = await visible_enrollment(context, registration)
    async with AsyncExitStack() as stack:
        if enrollment.state is WITHDRAWN and after is None:
            yield _none()
            return
        updates = await _listen(context, stack, Topic(TopicKind.LEARNER, enrollment.learner_id), after)
        # What was committed before we listened is not told: whether that was the withdrawal, we look at now.
        context.loaders.begin_event()
        last = await _last_version(context, registration)
        if last is not None and after is None:
            yield _none()
            return
        # A relay that was killed is followed within a lease; the store may take its time on top of that.
        patience = None if last is None else PATIENCE * context.peer.deadlines["live"].total_seconds()
        told = _of_registration(updates, registration, last or 0, patience)
        yield await stack.enter_async_context(aclosing(told))


async def _last_version(context: Context, registration: UUID) -> int | None:
    """The version that no other one is awaited after, where the learner has withdrawn."""
    if (await visible_enrollment(context, registration)).state is not WITHDRAWN:
        return None
    progress = await context.loaders.load(COURSE_PROGRESS, registration, ())
    return 0 if progress is None else progress.version


async def visible_enrollment(context: Context, registration: UUID) -> Enrollment:
    """The enrolment, if the viewer may see it; to all but an ADMIN an unknown one looks the same as another's."""
    found = await context.loaders.load(ENROLLMENTS, registration, ())
    if found is None:
        raise bad_input("there is no such enrolment") if permissions.is_admin(context.viewer) else forbidden()
    if not permissions.may_read_enrollment(context.viewer, found.learner_id, found.course_key):
        raise forbidden()
    return found


async def _listen(context: Context, stack: AsyncExitStack, topic: Topic, after: str | None) -> Updates:
    entering = stack.enter_async_context(context.peer.stores.live.feed(topic, after=after))
    return await context.loaders.call("live", "feed", 1, entering)


async def _of_courses(updates: Updates, courses: frozenset[str] | None) -> AsyncGenerator[Update, None]:
    async for update in updates:
        if courses is None or update.course_key in courses:
            yield update


async def _of_registration(
    updates: Updates, registration: UUID, last: int, patience: float | None
) -> AsyncGenerator[Update, None]:
    """Until the learner withdraws. Where they have already, what a cursor lies behind is told, up to version `last`;
    a cursor may lie behind that one, too: then nothing comes for `patience` seconds."""
    while True:
        try:
            async with asyncio.timeout(patience):
                update = await anext(updates)
        except TimeoutError:
            return
        if update.registration == registration:
            yield update
            if update.state is WITHDRAWN and update.version >= last:
                return


async def _none() -> AsyncGenerator[Update, None]:
    return
    yield
