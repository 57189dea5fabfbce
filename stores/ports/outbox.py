"""Outbox: what commits left for those who follow them, kept in the transaction that did it. CockroachDB's at first.

A relay leases partitions (`claim`), so that a registration has one publisher at a time, takes what waits for a
consumer, delivers it and settles it. Whoever is killed in between repeats, so every consumer is idempotent.
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
    async def claim(self, holder: str, *, keeping: Collection[int] = ()) -> frozenset[int]:
        """Lease partitions for `LEASE`, or go on holding them: a fair share among all holders who claim, so that a
        newcomer gets its part as the others claim again. Those that `holder` is to work on from now on. What it has of
        `keeping` (a delivery is under way for it) stays leased, though it may not be among them; another that it had
        may be somebody else's already. Leases end by themselves when their holder is killed."""

    async def release(self, holder: str) -> None:
        """Give all of `holder`'s partitions back at once."""

    async def take(self, consumer: Consumer, partitions: Collection[int], *, most: int) -> Sequence[Commit]:
        """About `most` of the commits that wait for `consumer` in these partitions: from each some, of each
        registration the first ones, in the order of `number`. Taking settles nothing. Registrations take turns where
        not all of what waits is taken: none is left waiting by busier ones."""

    async def settle(self, consumer: Consumer, commits: Sequence[Commit]) -> None:
        """`consumer` has these. Settling what is settled is no error."""

    async def backlog(self) -> Mapping[Consumer, Backlog]:
        """What waits for each consumer, of all partitions."""

    async def written(self) -> None:
        """Return when this process may have committed something since the last return: a hint for who takes.
        For one waiter a process."""
