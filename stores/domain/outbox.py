"""Outbox: what commits left for those who follow them, kept in the transaction that did it. CockroachDB's at first.

A relay leases partitions (`claim`), so that a registration has one publisher at a time, takes what waits for a
consumer, delivers it and settles it. Whoever is killed in between repeats, so every consumer is idempotent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID
from zlib import crc32

from stores.domain.events import Event, Verb
from stores.domain.progress import CourseProgress, EnrollmentState, ItemProgress
from stores.domain.sessions import ResumePoint

PARTITIONS = 64
LEASE = timedelta(seconds=5)
"""A claim lasts so long; claim again well before it ends."""
SESSION_START_VERBS = frozenset({Verb.LAUNCHED, Verb.INITIALIZED})
SESSION_END_VERBS = frozenset({Verb.ABANDONED, Verb.TERMINATED})


def partition_of(registration: UUID) -> int:
    """0 … PARTITIONS - 1; the same for ever. A hash, for the bits of some UUIDs are the time."""
    return crc32(registration.bytes) % PARTITIONS


def apportion(leases: Mapping[int, str], *, holders: int, me: str) -> frozenset[int]:
    """The partitions that `me` works on from now on, given the leases that hold and how many holders there are, `me`
    among them: what it has, but no more than its share, and of what is free as much as is missing from that."""
    share = -(-PARTITIONS // holders)
    mine = sorted(partition for partition, holder in leases.items() if holder == me)[:share]
    free = [partition for partition in range(PARTITIONS) if partition not in leases]
    return frozenset(mine + free[: share - len(mine)])


class Consumer(Enum):
    """Who follows the ledger, each at its own pace: one that is down holds up no other."""

    TIMELINE = "TIMELINE"
    """The timeline and its roll-ups."""
    LIVE = "LIVE"
    """Live feeds and the hot state of sessions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What one transaction did to one registration. `number` counts a registration's commits from 1: their order.

    `at`: when, by the database's clock. `events`: those it kept, in their order, without those that are voided by now;
    `voided`: kept earlier, and voided by this commit. `progress` (None: nothing of it changed) and `changed` (rows that
    differ; an item that nothing is known of any more is blank) are as of the commit, and so is `state`. `resume`: the
    resume point that its events left behind, where they did. `again`: all of it was told before, to somebody who may
    have lost it, whatever they remember.
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
    republished: bool = False

    def for_consumer(self, consumer: Consumer) -> "Commit | None":
        """As much of it as this consumer needs; None when it is nothing to it."""
        if consumer is Consumer.TIMELINE:
            part = replace(self, progress=None, changed=(), resume=None)
            return part if part.events or part.voided else None
        sittings = tuple(event for event in self.events if event.verb in SESSION_START_VERBS | SESSION_END_VERBS)
        part = replace(self, events=sittings)
        return part if part.progress or part.resume or part.events or part.voided else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits for a consumer. `oldest`, `newest`: when the first and the last of it was committed, by the database's
    clock; None where nothing waits."""

    waiting: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
