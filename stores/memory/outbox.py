"""The outbox in plain dicts: the reference implementation of the port."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from stores.domain.outbox import LEASE, Backlog, Commit, Consumer, apportion, partition_of
from stores.ports.outbox import Outbox


def utc_now() -> datetime:
    """The time in UTC, in whole ms."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class MemoryOutbox(Outbox):
    """Filled by the MemoryProgress that has it. `now` is its clock. The port documents the methods."""

    def __init__(self, *, now: Callable[[], datetime] = utc_now) -> None:
        self.now = now
        self._waiting: dict[Consumer, dict[tuple[UUID, int], Commit]] = {each: {} for each in Consumer}
        self.holders: dict[str, datetime] = {}
        self._leases: dict[int, str] = {}
        self._written = asyncio.Event()

    async def ping(self) -> None:
        return None

    def add(self, commits: Iterable[Commit], *, consumers: Iterable[Consumer] = tuple(Consumer)) -> None:
        """Add the parts of the commits that these consumers need."""
        for commit in commits:
            for consumer in consumers:
                if (part := commit.for_consumer(consumer)) is not None:
                    self._waiting[consumer][commit.registration, commit.number] = part
                    self._written.set()

    async def claim(self, holder: str, *, keeping: Collection[int] = ()) -> frozenset[int]:
        now = self.now()
        self.holders[holder] = now + LEASE
        self.holders = {each: until for each, until in self.holders.items() if until > now}
        leases = {each: by for each, by in self._leases.items() if by in self.holders}
        mine = apportion(leases, holders=len(self.holders), me=holder)
        kept = {each: by for each, by in leases.items() if by != holder or each in keeping}
        self._leases = kept | dict.fromkeys(mine, holder)
        return mine

    async def release(self, holder: str) -> None:
        self.holders.pop(holder, None)

    async def take(self, consumer: Consumer, partitions: Collection[int], *, most: int) -> Sequence[Commit]:
        each = -(-most // max(1, len(partitions)))
        found: defaultdict[int, list[Commit]] = defaultdict(list)
        for commit in self._waiting[consumer].values():  # in the order in which they were committed
            of = found[partition_of(commit.registration)]
            if len(of) < each:
                of.append(commit)
        return [commit for partition in sorted(partitions) for commit in found[partition]]

    async def settle(self, consumer: Consumer, commits: Sequence[Commit]) -> None:
        for commit in commits:
            self._waiting[consumer].pop((commit.registration, commit.number), None)

    async def backlog(self) -> Mapping[Consumer, Backlog]:
        found = {}
        for consumer, waiting in self._waiting.items():
            at = [commit.at for commit in waiting.values()]
            found[consumer] = Backlog(waiting=len(at), oldest=min(at, default=None), newest=max(at, default=None))
        return found

    async def written(self) -> None:
        await self._written.wait()
        self._written.clear()
