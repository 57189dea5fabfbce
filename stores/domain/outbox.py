"""Records of the outbox: commits that wait for their consumers, written in the same transaction as the change.

A relay leases partitions, so that each registration has one publisher at a time. It takes the commits that wait for a
consumer, delivers them and settles them. A relay that is killed in between repeats them: consumers are idempotent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID
from zlib import crc32

from stores.domain.events import NO_ACTIVITY, Event, Verb
from stores.domain.progress import CourseProgress, EnrollmentState, ItemProgress
from stores.domain.quick_records import revised
from stores.domain.sessions import ResumePoint

PARTITIONS = 64
LEASE = timedelta(seconds=5)
"""How long a claim lasts. A relay renews it well before it ends."""
SESSION_START_VERBS = frozenset({Verb.LAUNCHED, Verb.INITIALIZED})
SESSION_END_VERBS = frozenset({Verb.ABANDONED, Verb.TERMINATED})
SESSION_VERBS = SESSION_START_VERBS | SESSION_END_VERBS


def partition_of(registration: UUID) -> int:
    """The partition of a registration, 0 … PARTITIONS - 1; it never changes. A hash: UUIDv7 begins with the time."""
    return crc32(registration.bytes) % PARTITIONS


def apportion(leases: Mapping[int, str], *, holders: int, me: str) -> frozenset[int]:
    """The partitions that `me` works on from now on: those it holds, up to its share, and free ones for the rest.

    `leases`: partition → holder, of the leases that are valid. `holders`: how many there are, `me` included."""
    share = -(-PARTITIONS // holders)
    mine = sorted(partition for partition, holder in leases.items() if holder == me)[:share]
    free = [partition for partition in range(PARTITIONS) if partition not in leases]
    return frozenset(mine + free[: share - len(mine)])


class Consumer(Enum):
    """The consumers of commits. Each has its own rows, so that one that is down does not delay the other."""

    TIMELINE = "TIMELINE"
    """The timeline."""
    LIVE = "LIVE"
    """Live feeds, among them the hints that the activity of a course changed, and the session store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """The change that one transaction made to one registration.

    `number` counts the registration's commits from 1 and gives their order. `at`: the time, by the database's clock.
    `events`: the accepted events in their order, without those that are voided. `voided`: events of earlier commits
    that this one voids. `state`, `progress` (None: unchanged) and `changed` (the item rows that differ) are as of the
    commit. `resume`: the resume point of its events, if there is one. `traceparent` (W3C Trace Context): the operation
    that made it, if its trace is sampled. Events have their slots, except in commits that a gateway from before slots
    stored.
    """

    registration: UUID
    number: int
    learner_id: str
    course_key: str
    at: datetime
    state: EnrollmentState
    events: tuple[Event, ...] = ()
    voided: tuple[Event, ...] = ()
    progress: CourseProgress | None = None
    changed: tuple[ItemProgress, ...] = ()
    resume: ResumePoint | None = None
    traceparent: str | None = None

    def for_consumer(self, consumer: Consumer) -> "Commit | None":
        """The part of the commit that this consumer needs; None if it needs nothing of it. LIVE needs a part of each
        commit that changes progress, sessions, a resume point or activity."""
        if consumer is Consumer.TIMELINE:
            part = revised(self, progress=None, changed=(), resume=None)
            return part if part.events or part.voided else None
        session_events = tuple(event for event in self.events if event.verb in SESSION_VERBS)
        is_active = any(event.verb not in NO_ACTIVITY for event in self.events)
        changes = is_active or self.progress or self.resume or session_events or self.voided
        return revised(self, events=session_events) if changes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How many commits wait for a consumer. `oldest`, `newest`: the times of the first and the last of them, by the
    database's clock; None if none waits."""

    waiting: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
