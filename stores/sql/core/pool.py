"""Connections: opened when first needed, so that a gateway starts, and comes back, whatever its servers do."""

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
    # Rows are read by key: a sequential scan of a small table would lock all of it against its other writers.
    "enable_seqscan": "off",
    "jit": "off",
    # A gateway that froze or was cut off in a transaction does not hold its rows for ever.
    "idle_in_transaction_session_timeout": "10000",
    # Nor does one that hung up in a statement, which would go on, and hold what its transaction has, to its end.
    "client_connection_check_interval": "1000",
}
"""CockroachDB passes over those that it does not have."""
LETTING_GO_SECONDS = 0.25
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
    """A pool of up to `size` connections to `cockroachdb://…` or `postgresql://…`; none is opened yet. `isolation` is
    that of single statements; transactions say theirs."""
    pool = await asyncpg.create_pool(
        "postgresql" + url.removeprefix("cockroachdb").removeprefix("postgresql"),
        min_size=0,
        max_size=size,
        reset=unchanged,
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
    """Some connections whose single statements run at READ COMMITTED; see `outbox.py`."""
    return open_pool(url, size=8, isolation="read committed")


async def unchanged(_: object) -> None:
    """There is nothing to reset: settings are changed with SET LOCAL only. A round trip less for each use."""


@asynccontextmanager
async def lent(pool: Pool) -> AsyncIterator[Connection]:
    """A connection, given back at once even if its server does not answer any more: it is closed then."""
    try:
        connection = await pool.acquire()
    except ValueError as error:  # the driver reads the URL only now, and a port by int()
        raise asyncpg.ClientConfigurationError("the URL is malformed") from error
    try:
        yield connection
    finally:
        with suppress(TimeoutError, OSError, asyncpg.InterfaceError, asyncpg.PostgresError):
            await pool.release(connection, timeout=LETTING_GO_SECONDS)
