"""The root fields of subscriptions: the source of events of each."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import strawberry

from resolvers.context import Context, Info
from resolvers.errors import bad_input
from resolvers.subscriptions.activity import CourseActivityTopic
from resolvers.subscriptions.event_stream import Source, open_stream
from resolvers.subscriptions.presence import PresenceTopic
from resolvers.subscriptions.progress import (
    check_course,
    progress_of_course,
    progress_of_learner,
    progress_of_registration,
)
from resolvers.subscriptions.resume_point import resume_of_registration
from resolvers.types.activity import ActivityBucket, WindowOf
from resolvers.types.node import key_of
from resolvers.types.progress_update import ProgressUpdate
from resolvers.types.selection import selected_fields
from resolvers.types.session import Presence, ResumePoint

EXPIRY = "Ends with UNAUTHENTICATED when the viewer's token expires."
Course = Annotated[str, strawberry.argument(description="The course's key, compared exactly.")]
Registration = Annotated[UUID, strawberry.argument(description="The key of the enrolment.")]
After = Annotated[str | None, strawberry.argument(description="The cursor of an update of the same feed.")]


def progress_source(
    context: Context, registration: UUID | None, learner: strawberry.ID | None, course: str | None, after: str | None
) -> Source:
    """The source of `progressUpdated`. BAD_USER_INPUT unless exactly one of the three is given."""
    match registration, learner, course:
        case UUID(), None, None:
            return progress_of_registration(context, registration, after=after)
        case None, str(), None:
            return progress_of_learner(context, key_of("Learner", learner), after=after)
        case None, None, str():
            return progress_of_course(context, course, after=after)
    raise bad_input("exactly one of registration, learner and course is required")


@strawberry.type(description="The subscriptions. A request that is refused ends with its error before the first event.")
class Subscription:
    """The root fields of subscriptions."""

    @strawberry.subscription(
        description="The progress after each commit, of exactly one of: a registration, a learner (an instructor "
        "receives the updates in courses they teach) or a course (for its instructors and an ADMIN; a slow subscriber "
        "receives the latest update of each registration). With `after`, the updates after that cursor come first; "
        "CURSOR_EXPIRED if they are no longer stored: read the current state, then subscribe without a cursor. The "
        "subscription of a registration completes after the update that follows the learner's withdrawal. If the "
        f"learner has withdrawn already, it completes after the updates that `after` requests. {EXPIRY}"
    )
    async def progress_updated(
        self,
        info: Info,
        registration: Annotated[UUID | None, strawberry.argument(description="The key of one enrolment.")] = None,
        learner: Annotated[strawberry.ID | None, strawberry.argument(description="The global id of a learner.")] = None,
        course: Annotated[str | None, strawberry.argument(description="The key of a course.")] = None,
        after: After = None,
    ) -> AsyncIterator[ProgressUpdate]:
        source = progress_source(info.context, registration, learner, course, after)
        events: AsyncIterator[ProgressUpdate] = await open_stream(info.context, source)
        return events

    @strawberry.subscription(
        description="The activity in a course, for its instructors and an ADMIN: the bucket of the current window in "
        "UTC, and again after each change, at most once a second. At the end of a window, its final bucket and that of "
        "the next window. A finished bucket is sent again if events arrive up to one minute after its end. "
        f"{EXPIRY}"
    )
    async def course_activity(self, info: Info, course: Course, window: WindowOf) -> AsyncIterator[ActivityBucket]:
        await check_course(info.context, course)
        learners = "learners" in selected_fields(info)
        events: AsyncIterator[ActivityBucket] = await open_stream(
            info.context, info.context.peer.topics.subscribe(CourseActivityTopic, course, window, learners)
        )
        return events

    @strawberry.subscription(
        description="The presence in a course, for its instructors and an ADMIN: all learners who are ONLINE or AWAY, "
        f"then each change of status. A learner who moves to another course is OFFLINE in this one. {EXPIRY}"
    )
    async def presence_changed(self, info: Info, course: Course) -> AsyncIterator[Presence]:
        await check_course(info.context, course)
        events: AsyncIterator[Presence] = await open_stream(
            info.context, info.context.peer.topics.subscribe(PresenceTopic, course)
        )
        return events

    @strawberry.subscription(
        description="Where a learner continues in a course: the current resume point, if there is one, then each new "
        "one. Completes when the learner withdraws. For viewers who may see the enrolment. "
        f"{EXPIRY}"
    )
    async def resume_moved(self, info: Info, registration: Registration) -> AsyncIterator[ResumePoint]:
        source = resume_of_registration(info.context, registration)
        events: AsyncIterator[ResumePoint] = await open_stream(info.context, source)
        return events
