"""Access paths that read one store. Further paths are computed from these."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from resolvers.data.dataloaders import Loaders, StorePath
from resolvers.data.shared_reads.sharing import Retention, Sharing, first_pages
from stores.domain.activity import ActivityCount, ActivityWindow, no_activity
from stores.domain.calendar import QUARTER, Span, Window
from stores.domain.catalog import Course, CourseVersion
from stores.domain.enrollment_order import EnrollmentFilter
from stores.domain.events import Event, Verb
from stores.domain.paging import Page
from stores.domain.profiles import Profile
from stores.domain.progress import (
    Attempt,
    Certificate,
    CourseProgress,
    Enrollment,
    EnrollmentState,
    ItemProgress,
)
from stores.domain.sessions import Presence, ResumePoint, Session
from stores.ports.stores import Stores

NoArgs = tuple[()]


class EnrollmentsArgs(NamedTuple):
    """A page of enrolments, only those in `states` and in `courses` (None: all). `after`: a cursor."""

    states: frozenset[EnrollmentState] | None
    courses: frozenset[str] | None
    after: str | None
    first: int


class AttemptsArgs(NamedTuple):
    """A page of attempts, only those at the item with this key (None: all). `after`: a cursor."""

    item: str | None
    after: str | None
    first: int


class TimelineArgs(NamedTuple):
    """A page of events, only those within `span`, with one of `verbs` and in `courses` (None: all). `columns`: the
    attributes that are read."""

    span: Span | None
    verbs: frozenset[Verb] | None
    courses: frozenset[str] | None
    after: str | None
    first: int
    columns: frozenset[str]


class LearnerActivityArgs(NamedTuple):
    """A learner's activity in the windows that overlap `span`, only in `courses` (None: all). It is counted in
    intervals of the length `grain`, which divides every window."""

    window: Window
    span: Span
    grain: timedelta
    courses: frozenset[str] | None


class CourseActivityArgs(NamedTuple):
    """A course's activity in these windows, in order. `learners`: count the distinct learners of each."""

    windows: tuple[Span, ...]
    learners: bool


class CountArgs(NamedTuple):
    """The connection whose rows are counted: of a learner or of a course, the other one is None. `courses` restrict
    those of a learner, `where` those of a course."""

    learner_id: str | None
    course_key: str | None
    states: frozenset[EnrollmentState] | None
    courses: frozenset[str] | None = None
    where: EnrollmentFilter | None = None


# ---------------------------------------------------------------- profiles
PROFILES: StorePath[str, NoArgs, Profile] = StorePath(
    "profiles", "by_ids", lambda s, keys, _: s.profiles.by_ids(keys), shared=Sharing.ANNOUNCED, last_good=Retention()
)


# ---------------------------------------------------------------- catalog
LATEST: StorePath[str, NoArgs, Course] = StorePath(
    "catalog", "latest", lambda s, keys, _: s.catalog.latest(keys), shared=Sharing.ANNOUNCED, last_good=Retention()
)
VERSIONS: StorePath[CourseVersion, NoArgs, Course] = StorePath(
    "catalog", "versions", lambda s, keys, _: s.catalog.versions(keys), shared=Sharing.IMMUTABLE, last_good=Retention()
)

# ---------------------------------------------------------------- progress
ENROLLMENTS: StorePath[UUID, NoArgs, Enrollment] = StorePath(
    "progress", "by_registrations", lambda s, keys, _: s.progress.by_registrations(keys), last_good=Retention()
)


def prime_enrollments(loaders: Loaders, pages: Mapping[str, Page[Enrollment]]) -> None:
    """The fields beneath an enrolment look it up by registration: the page has it already."""
    for page in pages.values():
        for row in page.rows:
            loaders.prime(ENROLLMENTS, row.registration, (), row)


LEARNER_ENROLLMENTS: StorePath[str, EnrollmentsArgs, Page[Enrollment]] = StorePath(
    "progress",
    "by_learners",
    lambda s, keys, args: s.progress.by_learners(keys, **args._asdict()),
    prime=prime_enrollments,
    last_good=Retention(first_pages, absent=True),
)
LEARNER_COUNTS: StorePath[str, CountArgs, int] = StorePath(
    "progress",
    "count_by_learners",
    lambda s, keys, args: s.progress.count_by_learners(keys, states=args.states, courses=args.courses),
)
COURSE_PROGRESS: StorePath[UUID, NoArgs, CourseProgress] = StorePath(
    "progress", "course_progress", lambda s, keys, _: s.progress.course_progress(keys), last_good=Retention()
)
ITEM_ROWS: StorePath[UUID, NoArgs, Mapping[str, ItemProgress]] = StorePath(
    "progress", "item_progress", lambda s, keys, _: s.progress.item_progress(keys), last_good=Retention(absent=True)
)
ATTEMPTS: StorePath[UUID, AttemptsArgs, Page[Attempt]] = StorePath(
    "progress", "attempts", lambda s, keys, args: s.progress.attempts(keys, **args._asdict())
)
CERTIFICATES: StorePath[UUID, NoArgs, Certificate] = StorePath(
    "progress", "certificates", lambda s, keys, _: s.progress.certificates(keys)
)
CERTIFICATES_BY_CODE: StorePath[str, NoArgs, Certificate] = StorePath(
    "progress", "certificates_by_code", lambda s, keys, _: s.progress.certificates_by_code(keys)
)
DURABLE_RESUME: StorePath[UUID, NoArgs, ResumePoint] = StorePath(
    "progress", "resume_points", lambda s, keys, _: s.progress.resume_points(keys)
)
LEDGER: StorePath[UUID, NoArgs, Event] = StorePath("progress", "ledger", lambda s, keys, _: s.progress.ledger(keys))

# ---------------------------------------------------------------- timeline
EVENTS: StorePath[str, TimelineArgs, Page[Event]] = StorePath(
    "timeline", "by_learners", lambda s, keys, args: s.timeline.by_learners(keys, **args._asdict())
)
REACH = {Window.HOUR: timedelta(minutes=90), Window.DAY: timedelta(hours=26), Window.WEEK: timedelta(days=8)}
"""A window that overlaps a span, in any time zone, starts and ends within this distance of the span."""


def widened(span: Span, window: Window) -> Span:
    """The span, extended to whole quarters of an hour so that it holds every window that overlaps it in any zone.

    The learners of one call live in different time zones: their roll-ups are read with one span.
    """
    into = (span.start - span.start.min.replace(tzinfo=span.start.tzinfo)) % QUARTER
    over = (span.end - span.end.min.replace(tzinfo=span.end.tzinfo)) % QUARTER
    return Span(span.start - into - REACH[window], span.end - over + QUARTER + REACH[window])


LEARNER_COUNTS_BY_TIME: StorePath[str, LearnerActivityArgs, Sequence[ActivityCount]] = StorePath(
    "timeline",
    "learner_counts",
    lambda s, keys, args: s.timeline.learner_counts(
        keys, span=widened(args.span, args.window), grain=args.grain, courses=args.courses
    ),
)

# ---------------------------------------------------------------- activity


async def _course_activity(
    stores: Stores, course_keys: Sequence[str], args: CourseActivityArgs
) -> Mapping[str, Sequence[ActivityWindow]]:
    if not args.windows:
        return dict.fromkeys(course_keys, ())
    found = await stores.activity.by_courses(course_keys, windows=args.windows, learners=args.learners)
    return dict.fromkeys(course_keys, no_activity(args.windows, learners=args.learners)) | dict(found)


COURSE_ACTIVITY: StorePath[str, CourseActivityArgs, Sequence[ActivityWindow]] = StorePath(
    "activity", "by_courses", _course_activity, shared=Sharing.BRIEF
)

# ---------------------------------------------------------------- sessions
SESSIONS: StorePath[str, NoArgs, Session] = StorePath(
    "sessions", "by_learners", lambda s, keys, _: s.sessions.by_learners(keys)
)
PRESENCE: StorePath[str, NoArgs, Presence] = StorePath(
    "sessions", "presence", lambda s, keys, _: s.sessions.presence(keys)
)
COURSE_PRESENCE: StorePath[str, NoArgs, Sequence[Presence]] = StorePath(
    "sessions", "present", lambda s, keys, _: s.sessions.present(keys)
)
ONLINE: StorePath[str, NoArgs, int] = StorePath("sessions", "online", lambda s, keys, _: s.sessions.online(keys))
HOT_RESUME: StorePath[UUID, NoArgs, ResumePoint] = StorePath(
    "sessions", "resume_points", lambda s, keys, _: s.sessions.resume_points(keys)
)
