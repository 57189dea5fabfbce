"""Transactions are retried as a whole, against real serialization failures and deadlocks."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from stores.errors import Conflict, Rejected, StoreError
from stores.sql.core.pool import Connection, Pool, open_pool
from stores.sql.core.transact import RetryLimits, fetch, transact
from tests.backends import Servers, fresh_sql
from tests.proxy import ProxyMode, through_proxy


@pytest.fixture
async def pool(servers: Servers) -> AsyncIterator[Pool]:
    async with fresh_sql(servers) as url, open_pool(url, size=8) as pool:
        await pool.execute("CREATE TABLE counters (id int8 PRIMARY KEY, n int8 NOT NULL)")
        await pool.execute("INSERT INTO counters SELECT 1, 0 UNION SELECT 2, 0")
        yield pool


ENDLESS = RetryLimits(attempts=1_000_000, seconds=60)
"""Where it is not asked how often one may lose."""


async def value(connection: "Connection | Pool", counter: int = 1) -> int:
    found: int = await connection.fetchval("SELECT n FROM counters WHERE id = $1", counter)
    return found


async def put(connection: "Connection | Pool", n: int, counter: int = 1) -> None:
    await connection.execute("UPDATE counters SET n = $1 WHERE id = $2", n, counter)


async def busy(pool: Pool, pid: int) -> None:
    """Wait until the server runs a statement of this connection."""
    while not await pool.fetchval("SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND state = 'active'", pid):
        pass


async def test_concurrent_increments_lose_nothing(pool: Pool) -> None:
    runs = 0

    async def increment(connection: Connection) -> None:
        nonlocal runs
        runs += 1
        await put(connection, await value(connection) + 1)

    async def writer() -> None:
        for _ in range(20):
            await transact(pool, "progress", increment, limits=ENDLESS)

    await asyncio.gather(*(writer() for _ in range(8)))
    assert await value(pool) == 160
    assert runs > 160  # some transactions collided


async def test_write_skew_is_refused(pool: Pool) -> None:
    """Each transaction reads what the other writes, which only SERIALIZABLE refuses, at COMMIT."""
    read = [asyncio.Event(), asyncio.Event()]
    runs = 0

    async def cross(connection: Connection, mine: int, other: int) -> None:
        nonlocal runs
        runs += 1
        seen = await value(connection, other)
        read[mine - 1].set()
        await read[other - 1].wait()
        await put(connection, seen + 1, mine)

    await asyncio.gather(
        transact(pool, "progress", lambda connection: cross(connection, 1, 2)),
        transact(pool, "progress", lambda connection: cross(connection, 2, 1)),
    )
    assert runs > 2
    assert sorted([await value(pool, 1), await value(pool, 2)]) == [1, 2]


async def test_a_deadlock_is_survived(pool: Pool) -> None:
    locked = [asyncio.Event(), asyncio.Event()]

    async def both(connection: Connection, first: int, then: int) -> None:
        await put(connection, first, first)
        locked[first - 1].set()
        await locked[then - 1].wait()
        await put(connection, first, then)

    await asyncio.gather(
        transact(pool, "progress", lambda connection: both(connection, 1, 2)),
        transact(pool, "progress", lambda connection: both(connection, 2, 1)),
    )
    assert await value(pool, 1) == await value(pool, 2)


async def test_the_last_attempt_ends_in_a_conflict(pool: Pool) -> None:
    draws = []
    runs = 0

    def draw() -> float:
        draws.append(runs)
        return 0.5

    async def beaten(connection: Connection) -> None:
        nonlocal runs
        runs += 1
        seen = await value(connection)
        await put(pool, seen + 1)  # another writer that is always faster
        await put(connection, 0)

    limits = RetryLimits(attempts=4, draw=draw)
    with pytest.raises(Conflict, match="progress: other writers kept winning"):
        await transact(pool, "progress", beaten, limits=limits)
    assert (runs, draws) == (4, [1, 2, 3, 4])
    assert await value(pool) == 4
    with pytest.raises(Conflict):
        await transact(pool, "progress", beaten, limits=RetryLimits(seconds=0.0))
    assert runs == 5


async def test_a_lost_answer_to_commit_is_retried(pool: Pool) -> None:
    """SQLSTATE 40003: the transaction may have committed. The work runs again and must cope with its own effects."""
    runs = 0

    async def once(connection: Connection) -> None:
        nonlocal runs
        runs += 1
        await connection.execute("INSERT INTO counters (id, n) VALUES (9, 1) ON CONFLICT (id) DO NOTHING")
        if runs == 1:
            await connection.execute("COMMIT")
            raise asyncpg.StatementCompletionUnknownError

    await transact(pool, "progress", once)
    assert (runs, await value(pool, 9)) == (2, 1)


async def test_a_failure_leaves_nothing_behind(pool: Pool) -> None:
    async def halfway(connection: Connection) -> None:
        await put(connection, 7)
        await connection.execute("INSERT INTO counters (id, n) VALUES (1, 0)")

    with pytest.raises(StoreError, match="progress: a row that must be unique exists already"):
        await transact(pool, "progress", halfway)
    assert await value(pool) == 0


async def test_a_cancelled_transaction_leaves_nothing_behind(pool: Pool) -> None:
    written = asyncio.Event()

    async def stuck(connection: Connection) -> None:
        await put(connection, 7)
        written.set()
        await connection.execute("SELECT pg_sleep(60)")

    task = asyncio.create_task(transact(pool, "progress", stuck))
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(put(pool, 1), 30)
    assert await value(pool) == 1


async def test_a_transaction_can_be_cancelled_while_the_server_is_silent(servers: Servers) -> None:
    """Otherwise a relay would not stop while its server is silent."""
    begun: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def stuck(connection: Connection) -> None:
        begun.set_result(connection.get_server_pid())
        await connection.execute("SELECT pg_sleep(60)")

    async with through_proxy(servers.sql_url) as (proxy, url), open_pool(url) as pool:
        task = asyncio.create_task(transact(pool, "progress", stuck))
        await busy(pool, await begun)
        proxy.switch(ProxyMode.STALL)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_errors_quote_no_data(pool: Pool) -> None:
    with pytest.raises(Rejected) as caught:
        await fetch(pool, "progress", "SELECT $1::text::uuid", "secret")
    assert str(caught.value) == "progress: a value that cannot be kept"
    assert caught.value.__suppress_context__


async def test_a_client_that_disconnects_in_a_statement_leaves_nothing_behind(pool: Pool) -> None:
    """A cancel request that arrives before its statement is lost; the disconnection must end the statement then."""
    connection = await pool.acquire()
    try:
        await connection.execute("BEGIN")
        await put(connection, 7)
        task = asyncio.create_task(connection.execute("SELECT pg_sleep(60)"))
        await busy(pool, connection.get_server_pid())
        connection.terminate()
        await asyncio.gather(task, return_exceptions=True)
    finally:
        await pool.release(connection)
    await asyncio.wait_for(put(pool, 1), 30)
    assert await value(pool) == 1
