"""A lease on a row: one holder at a time, until it expires. CockroachDB has no advisory locks."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import asyncpg

from stores.backoff import Backoff
from stores.cancellation import cancel_and_wait
from stores.errors import Conflict
from stores.sql.core.errors import RETRYABLE_ERRORS
from stores.sql.core.pool import Pool, borrow_connection

T = TypeVar("T")
ATTEMPTS = 20

TABLE = """CREATE TABLE IF NOT EXISTS migration_leases (
    set_name text PRIMARY KEY,
    holder text NOT NULL,
    expires_at timestamptz NOT NULL
)"""

TAKE = """
INSERT INTO migration_leases (set_name, holder, expires_at) VALUES ($1, $2, now() + $3::float8 * interval '1 second')
ON CONFLICT (set_name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
WHERE migration_leases.holder = excluded.holder OR migration_leases.expires_at < now()
RETURNING holder
"""

RELEASE = "DELETE FROM migration_leases WHERE set_name = $1 AND holder = $2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A lease of `seconds` on `set_name`. If its holder is killed, it expires. Each call borrows a connection, so the
    pool needs one beside those of the work."""

    pool: Pool
    set_name: str
    holder: str
    seconds: float

    async def wait(self, seconds: float) -> None:
        """Take the lease as soon as it is free. `Conflict` after so many seconds."""
        now = asyncio.get_running_loop().time
        deadline = now() + seconds
        backoff = _backoff()
        while not await self._take():
            if now() > deadline:
                raise Conflict(self.set_name, "another migrator is still at work")
            await asyncio.sleep(backoff.next_delay().total_seconds())

    async def hold_during(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` and renew the lease until it ends, however long a statement takes. If another holder took the
        lease, or it expired because the server could not be reached, cancel the work and raise `Conflict`."""
        task = asyncio.create_task(work)
        try:
            await self._renew_until_done(task)
            return await task
        finally:
            await cancel_and_wait([task])

    async def release(self) -> None:
        """Give the lease back; no error if it was lost."""
        async with borrow_connection(self.pool) as connection:
            await connection.execute(RELEASE, self.set_name, self.holder)

    async def _renew_until_done(self, task: "asyncio.Task[Any]") -> None:
        now = asyncio.get_running_loop().time
        interval = self.seconds / 3
        expires = now() + self.seconds
        while not (await asyncio.wait([task], timeout=interval))[0]:
            asked = now()
            try:
                async with asyncio.timeout(interval):
                    renewed = await self._take()
            except (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError):
                if now() > expires:
                    raise Conflict(self.set_name, "the lease expired during the migration") from None
                continue
            if not renewed:
                raise Conflict(self.set_name, "another migrator took over")
            expires = asked + self.seconds

    async def _take(self) -> bool:
        backoff = _backoff()
        for _ in range(ATTEMPTS):
            try:
                async with borrow_connection(self.pool) as connection:
                    return bool(await connection.fetch(TAKE, self.set_name, self.holder, self.seconds))
            except RETRYABLE_ERRORS:
                await asyncio.sleep(backoff.next_delay().total_seconds())
        return False


def _backoff() -> Backoff:
    return Backoff(first=timedelta(milliseconds=50), longest=timedelta(milliseconds=200))
