"""The connections of a sampled trace: the comment of each statement is the traceparent, by which the server's log and
its list of running statements lead to the trace (google.github.io/sqlcommenter/spec).

Such a text is unique. It is sent as the unnamed statement, because the driver would keep a prepared one, and each new
one would push one out that is used again.
"""

from typing import Any, cast

import asyncpg

from stores.sql.core.pool import Connection, Pool


def traced_pool(pool: Pool, traceparent: str) -> Pool:
    """The pool, for the statements of one operation."""
    return cast("Pool", _TracedPool(pool, f" /*traceparent='{traceparent}'*/"))


class _TracedPool:
    """What `borrow_connection` uses of a pool."""

    def __init__(self, pool: Pool, comment: str) -> None:
        self._pool = pool
        self._comment = comment

    async def acquire(self) -> "_TracedConnection":
        return _TracedConnection(await self._pool.acquire(), self._comment)

    async def release(self, connection: "_TracedConnection", *, timeout: float) -> None:  # noqa: ASYNC109 - as the pool
        await self._pool.release(connection.untraced, timeout=timeout)


class _TracedConnection:
    """A connection whose statements have a comment. Everything else is as of the connection."""

    def __init__(self, untraced: Connection, comment: str) -> None:
        self.untraced = untraced
        self._comment = comment

    def __getattr__(self, name: str) -> Any:
        return getattr(self.untraced, name)

    async def fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        statement = await self.untraced.prepare(query + self._comment, name="")
        return await statement.fetch(*args)

    async def fetchval(self, query: str, *args: object) -> Any:
        rows = await self.fetch(query, *args)
        return rows[0][0] if rows else None

    async def execute(self, query: str, *args: object, **options: Any) -> None:
        if args:
            await self.fetch(query, *args)
        else:  # it is not prepared anyway
            await self.untraced.execute(query + self._comment, **options)
