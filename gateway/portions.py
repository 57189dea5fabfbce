"""A backlog in portions: how much a consumer is handed at once, who comes first, and how long that may take."""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from uuid import UUID

from stores.domain.outbox import LEASE, Commit, partition_of

MOST_EVENTS = 2_000
DOUBLINGS = 10
"""Of the time for one commit, at most: an hour and a half is beyond what any store waits for an answer."""


@dataclass(frozen=True, slots=True)
class Late:
    """Whose delivery took too long: in which turn, and how often when it had all the time for itself."""

    turn: int
    alone: int


class Portions:
    """As much as can be done within a lease: what took too long is tried again in smaller portions, after all others.
    A commit that takes too long all by itself gets twice the time with every try."""

    def __init__(self) -> None:
        self._most = MOST_EVENTS
        self._late: dict[UUID, Late] = {}
        self._turns = count(1)

    def of(self, commits: Sequence[Commit]) -> Iterator[Sequence[Commit]]:
        """Each of the size that the last one's fate suggests. A registration's commits stay in their order."""
        never = Late(turn=0, alone=0)
        rest = deque(sorted(commits, key=lambda commit: self._late.get(commit.registration, never).turn))
        while rest:
            yield part_of(rest, self._most)

    def keep(self, partitions: Collection[int]) -> None:
        """Forget what was late of other partitions: another relay has them by now."""
        if self._late:
            self._late = {key: late for key, late in self._late.items() if partition_of(key) in partitions}

    def seconds(self, part: Sequence[Commit]) -> float:
        """How long this may take."""
        late = self._late.get(part[0].registration) if len(part) == 1 else None
        return LEASE.total_seconds() * (1 << (late.alone if late else 0))

    def delivered(self, part: Sequence[Commit]) -> None:
        for commit in part:
            self._late.pop(commit.registration, None)
        self._most = min(MOST_EVENTS, self._most + self._most // 16 + 1)

    def took_too_long(self, part: Sequence[Commit]) -> None:
        self._most = max(1, self._most // 2)
        turn = next(self._turns)
        for key in {commit.registration for commit in part}:
            before = self._late.get(key)
            alone = (before.alone if before else 0) + (len(part) == 1)
            self._late[key] = Late(turn, min(DOUBLINGS, alone))


def part_of(rest: deque[Commit], most: int) -> list[Commit]:
    """Take from the front as many commits as have about so many events, one at least."""
    part = [rest.popleft()]
    size = weight(part[0])
    while rest and size + weight(rest[0]) <= most:
        size += weight(rest[0])
        part.append(rest.popleft())
    return part


def weight(commit: Commit) -> int:
    return max(1, len(commit.events) + len(commit.voided))
