"""A row that one holder at a time may have, until it expires: CockroachDB has no advisory locks."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from stores.backoff import Backoff
from stores.errors import Conflict
from stores.sql.core.errors import AGAIN
from stores.sql.core.pool import Connection

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

GIVE_BACK = "DELETE FROM migration_leases WHERE set_name = $1 AND holder = $2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """When its holder is killed it expires; a holder who lost it learns so from `keep`."""

    connection: Connection
    set_name: str
    holder: str
    seconds: float

    async def wait(self, seconds: float) -> None:
        """Take it as soon as it is free."""
        now = asyncio.get_running_loop().time
        give_up = now() + seconds
        backoff = _backoff()
        while not await self._take():
            if now() > give_up:
                raise Conflict(self.set_name, "another migrator is still at work")
            await asyncio.sleep(backoff.next_delay().total_seconds())

    async def keep(self) -> None:
        """Have it for as long again."""
        if not await self._take():
            raise Conflict(self.set_name, "another migrator took over")

    async def give_back(self) -> None:
        await self.connection.execute(GIVE_BACK, self.set_name, self.holder)

    async def _take(self) -> bool:
        backoff = _backoff()
        for _ in range(ATTEMPTS):
            try:
                return bool(await self.connection.fetch(TAKE, self.set_name, self.holder, self.seconds))
            except AGAIN:
                await asyncio.sleep(backoff.next_delay().total_seconds())
        return False


def _backoff() -> Backoff:
    return Backoff(first=timedelta(milliseconds=50), longest=timedelta(milliseconds=200))
