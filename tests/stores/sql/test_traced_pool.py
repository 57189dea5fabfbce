"""The statements of a sampled trace have its traceparent as a comment, and are not prepared."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from stores.domain.events import Verb
from stores.errors import Rejected
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import Connection, Pool, open_pool
from stores.sql.core.traced_pool import traced_pool
from stores.sql.core.transact import fetch, transact
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, fresh_sql
from tests.stores.learning import done, enroll, enrollment, record
from tests.stores.samples import TRACEPARENT

COMMENT = f"/*traceparent='{TRACEPARENT}'*/"
OWN_TEXT = "SELECT query, $1::text AS given FROM pg_stat_activity WHERE pid = pg_backend_pid()"
PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE position($1 IN statement) > 0"


@pytest.fixture
async def pool(servers: Servers) -> AsyncIterator[Pool]:
    async with fresh_sql(servers) as url, open_pool(url, size=1) as pool:
        yield pool


async def test_the_server_sees_the_traceparent_of_a_read(pool: Pool) -> None:
    [row] = await fetch(traced_pool(pool, TRACEPARENT), "progress", OWN_TEXT, "x")
    assert (row["query"], row["given"]) == (f"{OWN_TEXT} {COMMENT}", "x")
    [row] = await fetch(pool, "progress", OWN_TEXT, "x")
    assert row["query"] == OWN_TEXT, "the connection is as before"


async def test_the_server_sees_the_traceparent_of_a_transaction(pool: Pool) -> None:
    texts = []

    async def work(connection: Connection) -> int:
        texts.extend([row["query"] for row in await connection.fetch(OWN_TEXT, "x")])
        await connection.execute("CREATE TEMPORARY TABLE counters (n int8)")
        await connection.execute("INSERT INTO counters SELECT $1::int8", 7)
        assert await connection.fetchval("SELECT n FROM counters WHERE n < $1", 0) is None
        found: int = await connection.fetchval("SELECT n FROM counters")
        return found

    assert await transact(traced_pool(pool, TRACEPARENT), "progress", work) == 7
    assert texts == [f"{OWN_TEXT} {COMMENT}"]


async def test_traced_statements_are_not_prepared(pool: Pool) -> None:
    traced = traced_pool(pool, TRACEPARENT)
    for number in range(3):
        await fetch(traced, "progress", "SELECT $1::int8", number)
    [row] = await fetch(pool, "progress", PREPARED, TRACEPARENT)
    assert row[0] == 0


async def test_a_traced_transaction_that_fails_is_rolled_back(pool: Pool) -> None:
    await pool.execute("CREATE TABLE counters (n int8 PRIMARY KEY)")

    async def work(connection: Connection) -> None:
        await connection.execute("INSERT INTO counters SELECT $1::int8", 7)
        await connection.execute("INSERT INTO counters SELECT NULL::int8")

    with pytest.raises(Rejected) as caught:
        await transact(traced_pool(pool, TRACEPARENT), "progress", work)
    assert isinstance(caught.value.__context__, asyncpg.NotNullViolationError)
    assert await pool.fetchval("SELECT count(*) FROM counters") == 0


async def test_a_transaction_of_one_operation_has_its_comment_and_one_of_several_has_none(servers: Servers) -> None:
    seen: list[str] = []
    async with fresh_sql(servers) as url, open_pool(url, size=1) as pool:
        await migrate(pool, "progress")
        progress = SqlProgress(pool)
        traced = progress.in_trace(TRACEPARENT)
        await enroll(progress, enrollment(1), enrollment(2))
        async with pool.acquire() as connection:
            connection.add_query_logger(lambda record: seen.append(record.query))
        await record(traced, done(1, Verb.VIEWED, "page"))
        assert seen
        assert all(text.endswith(COMMENT) for text in seen)
        # While one transaction runs, the next two are collected for another one.
        first = asyncio.create_task(record(progress, done(2, Verb.RATED)))
        await asyncio.sleep(0)
        seen.clear()
        await asyncio.gather(
            first, record(traced, done(3, Verb.RATED)), record(progress, done(4, Verb.VIEWED, "page", of=2))
        )
        assert sum(text == "COMMIT" for text in seen) == 2
        assert not [text for text in seen if COMMENT in text]
