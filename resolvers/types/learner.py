"""Learner: a reference by learner id, and its fields in each store."""

from datetime import datetime
from functools import partial
from typing import Any

import strawberry
from strawberry.scalars import JSON

from resolvers import permissions
from resolvers.data.access_paths import EVENTS, LEARNER_ENROLLMENTS, PROFILES
from resolvers.data.local_activity_paths import LOCAL_ACTIVITY
from resolvers.data.references import LearnerRef
from resolvers.data.streak_paths import STREAKS
from resolvers.data.visible_paths import VISIBLE_PRESENCE, VISIBLE_SESSIONS
from resolvers.permissions import VisibleCourses
from resolvers.types import enrollment_connection as enrollment_pages
from resolvers.types.activity import (
    ASSUMED_WINDOWS,
    ActivityBucket,
    count_windows,
    learner_activity_args,
    learner_buckets,
)
from resolvers.types.connection import Connection
from resolvers.types.interaction import Interaction, timeline_args, timeline_page
from resolvers.types.lazy import ENROLLMENT
from resolvers.types.node import Node
from resolvers.types.session import Presence, Session
from resolvers.types.store_field import record_field, store_field
from resolvers.types.streak import Streak, streak_args, streak_view
from resolvers.viewer import Viewer


def visible_courses_of(viewer: Viewer, learner: LearnerRef) -> VisibleCourses:
    """The courses in which the viewer may see what the learner does."""
    return permissions.visible_courses(viewer, learner.learner_id)


MASKED = "Empty unless the viewer is the learner or an ADMIN."


profile_field = partial(record_field, PROFILES, "learner_id")
"""The field of the profile with this name."""


def private_document(name: str, description: str) -> Any:
    """An open document of the profile."""
    return profile_field(name, JSON, f"{description}: an open document. {MASKED}")


@strawberry.type(
    description="A learner. The fields from `displayName` to `version` are null if the learner has no profile."
)
class Learner(Node):
    """A view of `LearnerRef`."""

    learner_id: str = strawberry.field(description="The learner's key in the platform.")

    display_name = profile_field("display_name", str, "The name that others see.")
    email = profile_field("email", str, "The e-mail address. FORBIDDEN unless the viewer is the learner or an ADMIN.")
    locale = profile_field("locale", str, "The language tag (BCP 47).")
    time_zone = profile_field("time_zone", str, "The learner's IANA time zone. Their activity is in its windows.")
    avatar_url = profile_field("avatar_url", str, "The URL of a picture.")
    goals = profile_field("goals", list[str], "What the learner wants to achieve.")
    skills = profile_field("skills", list[str], "What the learner can do.")
    preferences = private_document("preferences", "The learner's settings")
    attributes = private_document("attributes", "Further data of the learner, such as demographics")
    created_at = profile_field("created_at", datetime, "When the profile was created.")
    updated_at = profile_field("updated_at", datetime, "When the profile was last changed.")
    version = profile_field("version", int, "The number of writes of the profile, from 1.")

    enrollments = store_field(
        LEARNER_ENROLLMENTS,
        key="learner_id",
        returns=enrollment_pages.EnrollmentConnection,
        args=enrollment_pages.learner_args,
        scope=visible_courses_of,
        view=enrollment_pages.page_of_learner,
        description="The learner's enrolments, newest first. An instructor sees those in courses they teach.",
    )
    timeline = store_field(
        EVENTS,
        key="learner_id",
        returns=Connection[Interaction],
        args=timeline_args,
        scope=visible_courses_of,
        view=timeline_page,
        by_selection=("edges", "node"),
        description="The learner's events, newest first. An instructor sees those in courses they teach.",
    )
    enrollment = store_field(
        LEARNER_ENROLLMENTS,
        key="learner_id",
        returns=ENROLLMENT,
        args=enrollment_pages.one_course_args,
        scope=visible_courses_of,
        view=lambda learner, page, args: None if page is None else page.rows[0],
        description="The learner's enrolment in this course; null if there is none. FORBIDDEN for the instructors of "
        "other courses.",
    )
    activity = store_field(
        LOCAL_ACTIVITY,
        key="learner_id",
        returns=list[ActivityBucket],
        args=learner_activity_args,
        scope=visible_courses_of,
        view=learner_buckets,
        weight=5,
        size=ASSUMED_WINDOWS,
        count=count_windows,
        description="The learner's activity, for every window of local time that overlaps the range. An instructor "
        "sees that in courses they teach. Without `timeZone`, the profile has the zone: the activity is null if the "
        "profile cannot be read or the viewer may not see its timeZone, and INVALID_TIME_ZONE if that is not an IANA "
        "zone.",
    )
    session = store_field(
        VISIBLE_SESSIONS,
        key="learner_id",
        returns=Session,
        description="The learner's current session. An instructor sees one in a course they teach.",
    )
    presence = store_field(
        VISIBLE_PRESENCE, key="learner_id", returns=Presence, description="Whether the learner is online."
    )
    streak = store_field(
        STREAKS,
        key="learner_id",
        returns=Streak,
        args=streak_args,
        scope=visible_courses_of,
        view=streak_view,
        weight=5,
        description="The learner's runs of days with activity. An instructor sees those of the courses they teach. "
        "Without `timeZone`, the profile has the zone: the streak is null if the profile cannot be read or the viewer "
        "may not see its timeZone, and INVALID_TIME_ZONE if that is not an IANA zone.",
    )

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        """Whether a `Node` is a Learner."""
        return isinstance(value, LearnerRef)
