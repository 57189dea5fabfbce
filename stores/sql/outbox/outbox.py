"""The outbox in CockroachDB or PostgreSQL. The transactions of progress fill it (`stores.sql.progress.changes`).

The outbox reads at READ COMMITTED. A statement sees whole commits, and those of one registration in their order,
because their writers lock the same row. At SERIALIZABLE, PostgreSQL would report a conflict between a reader of the end
of the index and every writer that appends there.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from stores.batches import RELAYED_BYTES
from stores.domain.outbox import LEASE, Backlog, Commit, Consumer, apportion, partition_of
from stores.ports.outbox import Outbox
from stores.sql.core.pool import Connection, Pool
from stores.sql.core.transact import fetch, transact
from stores.sql.outbox.recent_commits import RecentCommits
from stores.sql.outbox.rows import commits_of

STORE = "outbox"
DECODED_EVENTS = 200
"""Events that are decoded at a stretch: about 5 ms."""

# Round robin: the registrations after the last one that was taken come first. Partitions take turns until the payloads
# have $5 bytes.
TAKE = """
SELECT registration, number, created_at, payload, traceparent FROM (
    SELECT ranked.*, sum(octet_length(payload)) OVER (ORDER BY turn, registration) - octet_length(payload) AS before
    FROM (
        SELECT waiting.*, row_number() OVER (PARTITION BY held.partition ORDER BY wrapped, registration, number) AS turn
        FROM unnest($2::text[]::int8[], $4::text[]::uuid[]) AS held(partition, served)
        CROSS JOIN LATERAL (
            (
                SELECT registration, number, created_at, payload, traceparent, false AS wrapped FROM outbox
                WHERE consumer = $1 AND outbox.partition = held.partition AND registration > held.served
                ORDER BY registration, number LIMIT $3
            ) UNION ALL (
                SELECT registration, number, created_at, payload, traceparent, true AS wrapped FROM outbox
                WHERE consumer = $1 AND outbox.partition = held.partition AND registration <= held.served
                ORDER BY registration, number LIMIT $3
            )
            ORDER BY wrapped, registration, number LIMIT $3
        ) AS waiting
    ) AS ranked
) AS sized
WHERE before < $5::int8 ORDER BY registration, number
"""

SETTLE = """
DELETE FROM outbox WHERE (consumer, partition, registration, number) IN (
    SELECT $1, partition, registration, number
    FROM unnest($2::text[]::int8[], $3::text[]::uuid[], $4::text[]::int8[]) AS given(partition, registration, number)
)
"""

BACKLOG = """
SELECT consumer, count(*) AS waiting, min(created_at) AS oldest, max(created_at) AS newest FROM outbox GROUP BY consumer
"""

ANNOUNCE = """
INSERT INTO outbox_holders (holder, expires_at) VALUES ($1, now() + $2::float8 * interval '1 second')
ON CONFLICT (holder) DO UPDATE SET expires_at = excluded.expires_at
"""
FORGET_HOLDERS = "DELETE FROM outbox_holders WHERE expires_at < now()"
HOLDERS = "SELECT count(*) FROM outbox_holders"
LEASES = "SELECT partition, holder FROM outbox_leases WHERE expires_at > now()"
HOLD = """
INSERT INTO outbox_leases (partition, holder, expires_at)
SELECT partition, $1, now() + $2::float8 * interval '1 second' FROM unnest($3::text[]::int8[]) AS given(partition)
ON CONFLICT (partition) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
"""
GIVE_BACK = "DELETE FROM outbox_leases WHERE holder = $1 AND NOT partition = ANY($2::text[]::int8[])"
LEAVE = "DELETE FROM outbox_holders WHERE holder = $1"


class SqlOutbox(Outbox):
    """`pool` reads at READ COMMITTED. The SqlProgress of this process sets `filled` after a commit, and keeps `recent`
    commits. The port documents the methods."""

    def __init__(self, pool: Pool, *, filled: asyncio.Event, recent: RecentCommits | None = None) -> None:
        self._pool = pool
        self._recent = recent or RecentCommits()
        self._filled = filled
        self._served: defaultdict[tuple[Consumer, int], UUID] = defaultdict(lambda: UUID(int=0))

    async def ping(self) -> None:
        await fetch(self._pool, STORE, "SELECT 1")

    async def claim(self, holder: str, *, keeping: Collection[int] = ()) -> frozenset[int]:
        async def work(connection: Connection) -> frozenset[int]:
            await connection.execute(FORGET_HOLDERS)
            await connection.execute(ANNOUNCE, holder, LEASE.total_seconds())
            holders = await connection.fetchval(HOLDERS)
            leases = {row["partition"]: row["holder"] for row in await connection.fetch(LEASES)}
            mine = apportion(leases, holders=holders, me=holder)
            kept = {partition for partition, by in leases.items() if by == holder and partition in keeping}
            texts = [str(partition) for partition in sorted(mine | kept)]
            await connection.execute(GIVE_BACK, holder, texts)
            await connection.execute(HOLD, holder, LEASE.total_seconds(), texts)
            return mine

        return await transact(self._pool, STORE, work)

    async def release(self, holder: str) -> None:
        async def work(connection: Connection) -> None:
            await connection.execute(GIVE_BACK, holder, [])
            await connection.execute(LEAVE, holder)

        await transact(self._pool, STORE, work)

    async def take(self, consumer: Consumer, partitions: Collection[int], *, most: int) -> Sequence[Commit]:
        if not partitions:
            return []
        each = -(-most // len(partitions))
        arrays = [str(one) for one in partitions], [str(self._served[consumer, one]) for one in partitions]
        rows = await fetch(self._pool, STORE, TAKE, consumer.value, arrays[0], each, arrays[1], RELAYED_BYTES)
        self._took(consumer, (UUID(int=row["registration"].int) for row in rows))
        commits: list[Commit] = []
        decoded = 0
        for commit in commits_of(rows, self._recent.take):
            commits.append(commit)
            decoded += 1 + len(commit.events)
            if decoded >= DECODED_EVENTS:
                decoded = 0
                await asyncio.sleep(0)  # live deliveries and requests share the event loop
        return commits

    def _took(self, consumer: Consumer, registrations: Iterable[UUID]) -> None:
        """Note which registrations were taken: they come last in the next take, however many commits they have."""
        of = defaultdict(set)
        for key in registrations:
            of[partition_of(key)].add(key)
        for partition, keys in of.items():
            served = self._served[consumer, partition]
            self._served[consumer, partition] = max({key for key in keys if key <= served} or keys)

    async def settle(self, consumer: Consumer, commits: Sequence[Commit]) -> None:
        if not commits:
            return
        keys = [(partition_of(one.registration), one.registration, one.number) for one in commits]
        arrays = [[str(part) for part in parts] for parts in zip(*keys, strict=True)]
        await fetch(self._pool, STORE, SETTLE, consumer.value, *arrays)

    async def backlog(self) -> Mapping[Consumer, Backlog]:
        found = dict.fromkeys(Consumer, Backlog())
        for row in await fetch(self._pool, STORE, BACKLOG):
            found[Consumer(row["consumer"])] = Backlog(
                waiting=row["waiting"], oldest=row["oldest"], newest=row["newest"]
            )
        return found

    async def written(self) -> None:
        await self._filled.wait()
        self._filled.clear()
