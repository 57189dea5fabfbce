"""The access paths: every way the graph reaches a store, one declaration each.

`joins.py`, `pinned.py` and `seen.py` have those made of others.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from resolvers.data.dataloaders import Path
from stores.domain.calendar import QUARTER, Span, Window
from stores.domain.catalog import Course, CourseVersion
from stores.domain.events import Event, Verb
from stores.domain.paging import Page
from stores.domain.profiles import Profile, ProfileFilter
from stores.domain.progress import (
    Attempt,
    Certificate,
    CourseProgress,
    Enrollment,
    EnrollmentState,
    ItemProgress,
)
from stores.domain.sessions import Presence, ResumePoint, Session
from stores.domain.timeline import Quarter
from stores.ports.stores import Stores

NoArgs = tuple[()]


class EnrollmentsAsked(NamedTuple):
    states: frozenset[EnrollmentState] | None
    courses: frozenset[str] | None
    after: str | None
    first: int


class AttemptsAsked(NamedTuple):
    item: str | None
    after: str | None
    first: int


class TimelineAsked(NamedTuple):
    span: Span | None
    verbs: frozenset[Verb] | None
    courses: frozenset[str] | None
    after: str | None
    first: int


class LearnerActivityAsked(NamedTuple):
    window: Window
    span: Span
    courses: frozenset[str] | None


class PageAsked(NamedTuple):
    after: str | None
    first: int


class CountAsked(NamedTuple):
    """The connection whose rows are counted: of a learner or of a course."""

    learner_id: str | None
    course_key: str | None
    states: frozenset[EnrollmentState] | None
    courses: frozenset[str] | None


# ---------------------------------------------------------------- profiles
PROFILES: Path[str, NoArgs, Profile] = Path("profiles", "by_ids", lambda s, keys, _: s.profiles.by_ids(keys))


async def _profile_page(
    stores: Stores, wheres: Sequence[ProfileFilter], asked: PageAsked
) -> Mapping[ProfileFilter, Page[Profile]]:
    return {where: await stores.profiles.page(where, after=asked.after, first=asked.first) for where in wheres}


PROFILE_PAGE: Path[ProfileFilter, PageAsked, Page[Profile]] = Path("profiles", "page", _profile_page, cap=1)

# ---------------------------------------------------------------- catalog
LATEST: Path[str, NoArgs, Course] = Path("catalog", "latest", lambda s, keys, _: s.catalog.latest(keys))
VERSIONS: Path[CourseVersion, NoArgs, Course] = Path("catalog", "versions", lambda s, keys, _: s.catalog.versions(keys))


async def _course_page(stores: Stores, places: Sequence[str], asked: PageAsked) -> Mapping[str, Page[Course]]:
    return {place: await stores.catalog.page(after=asked.after, first=asked.first) for place in places}


COURSE_PAGE: Path[str, PageAsked, Page[Course]] = Path("catalog", "page", _course_page, cap=1)

# ---------------------------------------------------------------- progress
ENROLLMENTS: Path[UUID, NoArgs, Enrollment] = Path(
    "progress", "by_registrations", lambda s, keys, _: s.progress.by_registrations(keys)
)
LEARNER_ENROLLMENTS: Path[str, EnrollmentsAsked, Page[Enrollment]] = Path(
    "progress", "by_learners", lambda s, keys, asked: s.progress.by_learners(keys, **asked._asdict())
)
COURSE_ENROLLMENTS: Path[str, EnrollmentsAsked, Page[Enrollment]] = Path(
    "progress",
    "by_courses",
    lambda s, keys, asked: s.progress.by_courses(keys, states=asked.states, after=asked.after, first=asked.first),
)
LEARNER_COUNTS: Path[str, CountAsked, int] = Path(
    "progress",
    "count_by_learners",
    lambda s, keys, asked: s.progress.count_by_learners(keys, states=asked.states, courses=asked.courses),
)
COURSE_COUNTS: Path[str, CountAsked, int] = Path(
    "progress", "count_by_courses", lambda s, keys, asked: s.progress.count_by_courses(keys, states=asked.states)
)
COURSE_PROGRESS: Path[UUID, NoArgs, CourseProgress] = Path(
    "progress", "course_progress", lambda s, keys, _: s.progress.course_progress(keys)
)
ITEM_ROWS: Path[UUID, NoArgs, Mapping[str, ItemProgress]] = Path(
    "progress", "item_progress", lambda s, keys, _: s.progress.item_progress(keys)
)
ATTEMPTS: Path[UUID, AttemptsAsked, Page[Attempt]] = Path(
    "progress", "attempts", lambda s, keys, asked: s.progress.attempts(keys, **asked._asdict())
)
CERTIFICATES: Path[UUID, NoArgs, Certificate] = Path(
    "progress", "certificates", lambda s, keys, _: s.progress.certificates(keys)
)
DURABLE_RESUME: Path[UUID, NoArgs, ResumePoint] = Path(
    "progress", "resume_points", lambda s, keys, _: s.progress.resume_points(keys)
)
LEDGER: Path[UUID, NoArgs, Event] = Path("progress", "ledger", lambda s, keys, _: s.progress.ledger(keys))

# ---------------------------------------------------------------- timeline
EVENTS: Path[str, TimelineAsked, Page[Event]] = Path(
    "timeline", "by_learners", lambda s, keys, asked: s.timeline.by_learners(keys, **asked._asdict())
)
# A window of any time zone that overlaps a span starts and ends within this of it.
REACH = {Window.HOUR: timedelta(hours=1), Window.DAY: timedelta(hours=26), Window.WEEK: timedelta(days=8)}


def widened(span: Span, window: Window) -> Span:
    """A span that holds every window overlapping this one in whatever time zone, in whole quarters."""
    into = (span.start - span.start.min.replace(tzinfo=span.start.tzinfo)) % QUARTER
    over = (span.end - span.end.min.replace(tzinfo=span.end.tzinfo)) % QUARTER
    return Span(span.start - into - REACH[window], span.end - over + QUARTER + REACH[window])


LEARNER_QUARTERS: Path[str, LearnerActivityAsked, Sequence[Quarter]] = Path(
    "timeline",
    "learner_quarters",
    lambda s, keys, asked: s.timeline.learner_quarters(
        keys, span=widened(asked.span, asked.window), courses=asked.courses
    ),
)
COURSE_QUARTERS: Path[str, Span, Sequence[Quarter]] = Path(
    "timeline", "course_quarters", lambda s, keys, span: s.timeline.course_quarters(keys, span=span)
)
COURSE_LEARNERS: Path[str, tuple[Span, ...], Mapping[datetime, int]] = Path(
    "timeline", "course_learners", lambda s, keys, windows: s.timeline.course_learners(keys, windows=windows)
)

# ---------------------------------------------------------------- sessions
SESSIONS: Path[str, NoArgs, Session] = Path("sessions", "by_learners", lambda s, keys, _: s.sessions.by_learners(keys))
PRESENCE: Path[str, NoArgs, Presence] = Path("sessions", "presence", lambda s, keys, _: s.sessions.presence(keys))
PRESENT: Path[str, NoArgs, Sequence[Presence]] = Path(
    "sessions", "present", lambda s, keys, _: s.sessions.present(keys)
)
ONLINE: Path[str, NoArgs, int] = Path("sessions", "online", lambda s, keys, _: s.sessions.online(keys))
HOT_RESUME: Path[UUID, NoArgs, ResumePoint] = Path(
    "sessions", "resume_points", lambda s, keys, _: s.sessions.resume_points(keys)
)
