"""Root fields of watching: who may ask, and what is listened to."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import strawberry

from resolvers.context import Context, Info
from resolvers.errors import bad_input
from resolvers.subscriptions.activity import CourseActivityTopic
from resolvers.subscriptions.event_stream import Source, opened
from resolvers.subscriptions.presence import PresenceTopic
from resolvers.subscriptions.progress import (
    check_course,
    progress_of_course,
    progress_of_learner,
    progress_of_registration,
)
from resolvers.subscriptions.resume_point import resume_of_registration
from resolvers.types.activity import ActivityBucket
from resolvers.types.enums import Window
from resolvers.types.node import key_of
from resolvers.types.progress_update import ProgressUpdate
from resolvers.types.session import Presence, ResumePoint

ENDS = "Ends with UNAUTHENTICATED when the viewer's token expires."
After = Annotated[str | None, strawberry.argument(description="Go on behind this update of the same feed.")]


def progress_source(
    context: Context, registration: UUID | None, learner: strawberry.ID | None, course: str | None, after: str | None
) -> Source:
    match registration, learner, course:
        case UUID(), None, None:
            return progress_of_registration(context, registration, after=after)
        case None, str(), None:
            return progress_of_learner(context, key_of("Learner", learner), after=after)
        case None, None, str():
            return progress_of_course(context, course, after=after)
    raise bad_input("give exactly one of registration, learner and course")


@strawberry.type(description="Watching. What is wrong with the request itself is told before there is an event.")
class Subscription:
    @strawberry.subscription(
        description="Progress as it is committed, of exactly one of: a registration, a learner (for an instructor in "
        "courses they teach), a course (for its instructors; whoever is slow skips to the latest of each "
        "registration). With `after`, first what was missed; CURSOR_EXPIRED when that is not kept any more: read the "
        "state afresh and watch on without. A registration's completes after the update that says WITHDRAWN; where "
        f"that was so already, once what was missed has been told. {ENDS}"
    )
    async def progress_updated(
        self,
        info: Info,
        registration: UUID | None = None,
        learner: Annotated[strawberry.ID | None, strawberry.argument(description="Global id.")] = None,
        course: str | None = None,
        after: After = None,
    ) -> AsyncIterator[ProgressUpdate]:
        source = progress_source(info.context, registration, learner, course, after)
        events: AsyncIterator[ProgressUpdate] = await opened(info.context, source)
        return events

    @strawberry.subscription(
        description="What goes on in a course, for its instructors: the bucket of the current window (of UTC), again "
        "whenever it changed, at most once a second. At a window's end its last state, then the next window's; events "
        f"that come in up to a minute late are still told of. {ENDS}"
    )
    async def course_activity(self, info: Info, course: str, window: Window) -> AsyncIterator[ActivityBucket]:
        await check_course(info.context, course)
        events: AsyncIterator[ActivityBucket] = await opened(
            info.context, info.context.peer.topics.of(CourseActivityTopic, course, window)
        )
        return events

    @strawberry.subscription(
        description="Who is here, for a course's instructors: everyone ONLINE or AWAY, then each change of status. "
        f"Whoever goes on to another course is OFFLINE in this one. {ENDS}"
    )
    async def presence_changed(self, info: Info, course: str) -> AsyncIterator[Presence]:
        await check_course(info.context, course)
        events: AsyncIterator[Presence] = await opened(info.context, info.context.peer.topics.of(PresenceTopic, course))
        return events

    @strawberry.subscription(
        description="Where a registration goes on: as it is, where anything is known, then whenever it moved, "
        f"until the learner withdraws. For whoever may see the enrolment. {ENDS}"
    )
    async def resume_moved(self, info: Info, registration: UUID) -> AsyncIterator[ResumePoint]:
        source = resume_of_registration(info.context, registration)
        events: AsyncIterator[ResumePoint] = await opened(info.context, source)
        return events
