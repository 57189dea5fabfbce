"""Run one statement of a migration beside gateways.

In PostgreSQL, a statement that waits for the lock of a table makes all later readers and writers of the table wait,
too. It may wait for hours, for example for pg_dump. So it gives up after `LOCK_SECONDS` and is repeated: the others
go first meanwhile. CockroachDB changes tables online.
"""

import asyncio
import logging
from datetime import timedelta

import asyncpg

from stores.backoff import Backoff
from stores.sql.core.dialect import in_dialect, is_cockroach
from stores.sql.core.pool import Connection

STATEMENT_SECONDS = 3600.0
LOCK_SECONDS = 1.0
BUSY = (asyncpg.LockNotAvailableError, asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
log = logging.getLogger("quadrangle.migrate")


async def run_statement(connection: Connection, statement: str) -> None:
    """Run a plain statement in the dialect of this server, until it gets the locks that it needs."""
    text = await in_dialect(connection, statement)
    if not is_cockroach(connection):
        # Sent as one request, both are one transaction.
        text = f"SET LOCAL lock_timeout = '{LOCK_SECONDS:g}s'; {text}"
    backoff = Backoff(first=timedelta(milliseconds=100), longest=timedelta(seconds=2))
    while True:
        try:
            await connection.execute(text, timeout=STATEMENT_SECONDS)
        except BUSY:
            if not backoff.failing:
                log.warning("a migration waits for another transaction to end, such as a backup's")
            await asyncio.sleep(backoff.next_delay().total_seconds())
        else:
            return
