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
"""What was published longer ago may be gone."""
MAX_PENDING = 256
"""How many updates may wait for one listener, before a course's are coalesced and a learner's are read again."""
OUTBOX_CHANNEL = "outbox"
"""The channel that a process signals on when it committed what another one publishes."""


class FeedKind(Enum):
    LEARNER = "LEARNER"
    """All of a learner's updates, not one of them lost."""
    COURSE = "COURSE"
    """A course's: a slow listener skips to the latest of each registration."""


FEED_LENGTHS = {FeedKind.LEARNER: 1_000, FeedKind.COURSE: 10_000}
"""About how many updates a feed keeps."""


class FeedKey(NamedTuple):
    """A feed: that of the learner or course with this key."""

    kind: FeedKind
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A registration's progress as of one commit. `cursor`: where in its feed it is. `changed`: the rows that differ
    since the update before. `coalesced`: how many updates before it were left out, their `changed` included here."""

    cursor: str
    registration: UUID
    learner_id: str
    course_key: str
    at: datetime
    state: EnrollmentState
    progress: CourseProgress
    changed: tuple[ItemProgress, ...] = ()
    coalesced: int = 0

    @property
    def version(self) -> int:
        return self.progress.version


def update_of(commit: Commit, cursor: str) -> Update:
    """A commit that has progress, at its place in a feed."""
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
    )


def coalesce(before: Update, after: Update) -> Update:
    """`after` in place of both: it is the later state of the same registration."""
    rows = {row.item_key: row for row in (*before.changed, *after.changed)}
    return replace(after, changed=tuple(rows.values()), coalesced=before.coalesced + after.coalesced + 1)


def activity_channel(course_key: str) -> str:
    """The channel that is signalled on when a course's roll-ups changed."""
    return f"activity:{course_key}"
