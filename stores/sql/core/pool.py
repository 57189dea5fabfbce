"""Connection pools. They connect on first use, so that a gateway starts and recovers whatever its servers do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"

SETTINGS = {
    "application_name": "quadrangle",
    # A sequential scan of a small table takes SERIALIZABLE predicate locks on all of it. Rows are read by key.
    "enable_seqscan": "off",
    "jit": "off",
    # End a transaction whose gateway froze or was cut off.
    "idle_in_transaction_session_timeout": "10000",
    # Also end a statement whose client has disconnected.
    "client_connection_check_interval": "1000",
}
"""Settings of every connection. CockroachDB ignores those that it does not have."""
RELEASE_SECONDS = 0.25
CLOSING_SECONDS = 2.0


@asynccontextmanager
async def open_pool(
    url: str,
    *,
    size: int = 16,
    connect_seconds: float = 5.0,
    command_seconds: float = 10.0,
    isolation: str = "serializable",
) -> AsyncIterator[Pool]:
    """A pool of up to `size` connections to `cockroachdb://…` or `postgresql://…`; it connects on first use.
    `isolation` applies to single statements; transactions set their own."""
    pool = await asyncpg.create_pool(
        "postgresql" + url.removeprefix("cockroachdb").removeprefix("postgresql"),
        min_size=0,
        max_size=size,
        reset=keep_settings,
        timeout=connect_seconds,
        command_timeout=command_seconds,
        server_settings=SETTINGS | {"default_transaction_isolation": isolation},
    )
    try:
        yield pool
    finally:
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await pool.close()
        except TimeoutError:
            pool.terminate()


def open_relaxed_pool(url: str) -> AbstractAsyncContextManager[Pool]:
    """A pool whose single statements run at READ COMMITTED, for the outbox."""
    return open_pool(url, size=8, isolation="read committed")


async def keep_settings(_: object) -> None:
    """Skip the reset on release, which costs a round trip. Settings are only changed with SET LOCAL."""


@asynccontextmanager
async def borrow_connection(pool: Pool) -> AsyncIterator[Connection]:
    """A connection of the pool until the block ends. If its server does not answer then, it is closed."""
    try:
        connection = await pool.acquire()
    except ValueError as error:  # the driver parses the URL only now
        raise asyncpg.ClientConfigurationError("the URL is malformed") from error
    try:
        yield connection
    finally:
        with suppress(TimeoutError, OSError, asyncpg.InterfaceError, asyncpg.PostgresError):
            await pool.release(connection, timeout=RELEASE_SECONDS)
