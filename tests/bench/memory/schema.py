"""A small schema over the rows, declared as the gateway's own: with store fields and a field that the policy masks."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from resolvers.data.access_paths import NoArgs
from resolvers.data.dataloaders import StorePath
from resolvers.schema import schema_of
from resolvers.types.guard import guarded_field
from resolvers.types.store_field import Lookup, root_store_field, store_field
from resolvers.viewer import Viewer
from tests.bench.memory import rows

QUERY = """query ($n: Int!) { learners(first: $n) {
  learnerId name email
  enrollments(first: 5) { course { title } progress { percent completedLessons score updatedAt } }
  recentActivity(first: 5) { at verb objectId }
  session { currentCourse lastSeen }
} }"""
First = Annotated[int, strawberry.argument(description="The most rows.")]


async def _pages(_: Any, sizes: Any, __: NoArgs) -> dict[int, list[rows.LearnerRow]]:
    return {size: await rows.learners(size) for size in sizes}


PAGE: StorePath[int, NoArgs, Any] = StorePath("profiles", "page", _pages)
ENROLLMENTS: StorePath[str, int, Any] = StorePath(
    "progress", "by_learners", lambda _, keys, first: rows.enrollments(keys, first)
)
COURSES: StorePath[str, NoArgs, Any] = StorePath("catalog", "courses", lambda _, keys, __: rows.courses(keys))
PROGRESS: StorePath[str, NoArgs, Any] = StorePath(
    "progress", "progress", lambda _, keys, __: rows.progress(keys), batch_size=1_000
)
ACTIVITY: StorePath[str, int, Any] = StorePath(
    "timeline", "activity", lambda _, keys, first: rows.activity(keys, first)
)
SESSIONS: StorePath[str, NoArgs, Any] = StorePath("sessions", "sessions", lambda _, keys, __: rows.sessions(keys))


def first_rows(*, first: First = 5) -> int:
    """The argument of a list."""
    return first


def lookup_learners(viewer: Viewer, *, first: First = 50) -> Lookup:
    """`Query.learners`."""
    return Lookup(PAGE, first)


@strawberry.type(description="A course.")
class Course:
    title: str = strawberry.field(description="Its title.")


@strawberry.type(description="The progress of an enrolment.")
class Progress:
    percent: float = strawberry.field(description="How much is done.")
    completed_lessons: int = strawberry.field(description="How many lessons are done.")
    score: float | None = strawberry.field(description="The score.")
    updated_at: datetime = strawberry.field(description="When it changed.")


@strawberry.type(description="An enrolment.")
class Enrollment:
    course = store_field(COURSES, key="course_id", returns=Course, description="The course.")
    progress = store_field(PROGRESS, key="enrollment_id", returns=Progress, description="The progress.")


@strawberry.type(description="An activity.")
class Activity:
    at: datetime = strawberry.field(description="When it was.")
    verb: str = strawberry.field(description="What was done.")
    object_id: str = strawberry.field(description="With what.")


@strawberry.type(description="A session.")
class Session:
    current_course: str | None = strawberry.field(description="The course.")
    last_seen: datetime = strawberry.field(description="The last heartbeat.")


@strawberry.type(description="A learner.")
class Learner:
    learner_id: str = strawberry.field(description="The key.")
    name: str = strawberry.field(description="The name.")
    email = guarded_field("email", str, "The e-mail address, for the learner and an ADMIN.")
    enrollments = store_field(
        ENROLLMENTS, key="learner_id", returns=list[Enrollment], args=first_rows, description="The enrolments."
    )
    recent_activity = store_field(
        ACTIVITY, key="learner_id", returns=list[Activity], args=first_rows, description="The activities."
    )
    session = store_field(SESSIONS, key="learner_id", returns=Session, description="The session.")


@strawberry.type(description="The queries.")
class Query:
    learners = root_store_field(lookup=lookup_learners, returns=list[Learner], description="The first learners.")


SCHEMA = schema_of(Query)
