"""Revocations of tokens in CockroachDB or PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from stores.domain.revocations import RECENT, Revocation, RevocationKind
from stores.ports.revocations import Revocations
from stores.ports.traceable import Traceable
from stores.sql.core.pool import Pool
from stores.sql.core.traced_pool import traced_pool
from stores.sql.core.transact import fetch

STORE = "revocations"
KINDS = {kind.value: kind for kind in RevocationKind}

REVOKE = """
INSERT INTO token_revocations (kind, key, revoked_at, until) VALUES ($1, $2, $3, $4)
ON CONFLICT (kind, key) DO UPDATE SET
    revoked_at = greatest(token_revocations.revoked_at, excluded.revoked_at),
    until = greatest(token_revocations.until, excluded.until),
    recorded_at = excluded.recorded_at
"""

REMOVE_ENDED = "DELETE FROM token_revocations WHERE until <= $1"

IN_FORCE = "SELECT kind, key, revoked_at, until FROM token_revocations WHERE until > $1"

RECORDED = """
SELECT kind, key, revoked_at, until FROM token_revocations
WHERE recorded_at > now() - $1::float8 * interval '1 second'
"""


class SqlRevocations(Revocations, Traceable):
    """`pool` reads at READ COMMITTED: each statement stands for itself."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def in_trace(self, traceparent: str) -> "SqlRevocations":
        return SqlRevocations(traced_pool(self._pool, traceparent))

    async def ping(self) -> None:
        await fetch(self._pool, STORE, "SELECT 1")

    async def revoke(self, revocation: Revocation) -> None:
        values = (revocation.kind.value, revocation.key, revocation.revoked_at, revocation.until)
        await fetch(self._pool, STORE, REVOKE, *values)
        await fetch(self._pool, STORE, REMOVE_ENDED, revocation.revoked_at)

    async def in_force(self, now: datetime) -> Sequence[Revocation]:
        return known(await fetch(self._pool, STORE, IN_FORCE, now))

    async def recent(self) -> Sequence[Revocation]:
        return known(await fetch(self._pool, STORE, RECORDED, RECENT.total_seconds()))


def known(rows: Sequence[asyncpg.Record]) -> Sequence[Revocation]:
    """The revocations in these rows. One of a kind that a newer version wrote is left out: the others count."""
    return [
        Revocation(kind=KINDS[row["kind"]], key=row["key"], revoked_at=row["revoked_at"], until=row["until"])
        for row in rows
        if row["kind"] in KINDS
    ]
