"""Live updates: the progress of learners and courses as it is committed, for subscribers on any process.

A feed is the bounded history of the updates of one learner or one course. A subscriber that reconnects with a cursor
gets the updates that it missed, or an error if they are no longer stored.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from stores.domain.outbox import Commit
from stores.domain.progress import CourseProgress, EnrollmentState, ItemProgress

FEED_TTL = timedelta(hours=24)
"""How long a feed keeps an update, at least if it is not full."""
MAX_PENDING = 256
"""How many updates may wait for one listener. Beyond it, those of a course are coalesced, and those of a learner are
read from the feed again."""
OUTBOX_CHANNEL = "outbox"
"""The channel for signals that a process committed something which the relay of another process publishes."""


class FeedKind(Enum):
    """Whose updates a feed has, and what a slow listener gets of them."""

    LEARNER = "LEARNER"
    """All updates of a learner."""
    COURSE = "COURSE"
    """The updates of a course. A slow listener gets only the latest of each registration."""


FEED_LENGTHS = {FeedKind.LEARNER: 1_000, FeedKind.COURSE: 10_000}
"""How many updates a feed keeps, approximately."""


class FeedKey(NamedTuple):
    """A feed: that of the learner or course with this key."""

    kind: FeedKind
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A registration's progress as of one commit. `cursor`: its position in the feed. `changed`: the item rows that
    differ from the update before. `coalesced`: how many earlier updates are merged into it, with their `changed`.
    `traceparent`: that of the commit, or of the last merged one that has one."""

    cursor: str
    registration: UUID
    learner_id: str
    course_key: str
    at: datetime
    state: EnrollmentState
    progress: CourseProgress
    changed: tuple[ItemProgress, ...] = ()
    coalesced: int = 0
    traceparent: str | None = None

    @property
    def version(self) -> int:
        """The version of the progress."""
        return self.progress.version


def update_of(commit: Commit, cursor: str) -> Update:
    """The update of a commit that has progress, at this position of a feed."""
    assert commit.progress is not None  # noqa: S101 - for the types
    return Update(
        cursor=cursor,
        registration=commit.registration,
        learner_id=commit.learner_id,
        course_key=commit.course_key,
        at=commit.at,
        state=commit.state,
        progress=commit.progress,
        changed=commit.changed,
        traceparent=commit.traceparent,
    )


def coalesce(before: Update, after: Update) -> Update:
    """Two updates of one registration merged into the later one."""
    rows = {row.item_key: row for row in (*before.changed, *after.changed)}
    return replace(
        after,
        changed=tuple(rows.values()),
        coalesced=before.coalesced + after.coalesced + 1,
        traceparent=after.traceparent or before.traceparent,
    )


def activity_channel(course_key: str) -> str:
    """The channel for signals that the activity of a course changed."""
    return f"activity:{course_key}"
