"""The port of the outbox: commits that wait for their consumers. It is written in the transaction of the commit, so it
is part of the store of progress: CockroachDB or PostgreSQL.

A relay leases partitions (`claim`), so that each registration has one publisher to live feeds at a time. It takes the
commits that wait for a consumer, delivers and settles them. After a crash the delivery is repeated, so consumers are
idempotent.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from stores.domain.outbox import (
    Backlog,
    Commit,
    Consumer,
)
from stores.ports.pinger import Pinger


class Outbox(Pinger, Protocol):
    """Partitions with leases, and the commits in them. A partition is a hash of the registration."""

    async def claim(self, holder: str, *, keeping: Collection[int] = ()) -> frozenset[int]:
        """Lease partitions for `LEASE`, or renew the leases. Returns the partitions that `holder` is to work on: a fair
        share among all holders that claim, so that a new holder gets its share as the others claim again. Leases of a
        killed holder expire.

        Partitions in `keeping`, whose delivery is under way, stay leased although they may not be returned. Another
        partition that the holder had may belong to another holder already.
        """

    async def release(self, holder: str) -> None:
        """Release all partitions of `holder` at once."""

    async def take(self, consumer: Consumer, partitions: Collection[int], *, most: int) -> Sequence[Commit]:
        """About `most` commits that wait for `consumer` in these partitions, fewer if they are large: some of each
        partition, and of each registration the first ones in the order of `number`. Nothing is settled. When more
        waits, registrations take turns, so busy ones do not delay the others."""

    async def settle(self, consumer: Consumer, commits: Sequence[Commit]) -> None:
        """Acknowledge that `consumer` has these commits. Idempotent."""

    async def backlog(self) -> Mapping[Consumer, Backlog]:
        """The backlog of each consumer over all partitions."""

    async def written(self) -> None:
        """Return when this process may have committed something since the last return: a hint for its relay. For one
        waiter in each process."""
