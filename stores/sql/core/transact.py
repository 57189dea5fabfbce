"""SERIALIZABLE transactions and single reads, retried when they conflict with other writers."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import TypeVar

import asyncpg

from stores.backoff import Backoff
from stores.sql.core.errors import RETRYABLE_ERRORS, translate_errors
from stores.sql.core.pool import RELEASE_SECONDS, Connection, Pool, borrow_connection

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLimits:
    """How often and for how long a transaction is attempted before it fails with `Conflict`. `draw` spreads the delays
    between attempts, so that transactions that collided do not collide again."""

    attempts: int = 20
    seconds: float = 10.0
    draw: Callable[[], float] = random.random


RETRY_LIMITS = RetryLimits()


async def transact(
    pool: Pool, store: str, work: Callable[[Connection], Awaitable[T]], *, limits: RetryLimits = RETRY_LIMITS
) -> T:
    """Run `work` in a SERIALIZABLE transaction and return its result after COMMIT.

    `work` may run several times, each time in a new transaction, and must be safe to repeat even after a commit: its
    answer may have been lost. Raises `Conflict` when the limits are reached, and any other `StoreError`.
    """
    return await _retried(pool, store, lambda connection: _in_transaction(connection, work), limits)


async def fetch(pool: Pool, store: str, query: str, *args: object) -> list[asyncpg.Record]:
    """The rows of one statement, which sees one snapshot. Errors as of `transact`."""
    return await _retried(pool, store, lambda connection: connection.fetch(query, *args), RETRY_LIMITS)


async def _retried(pool: Pool, store: str, attempt: Callable[[Connection], Awaitable[T]], limits: RetryLimits) -> T:
    now = asyncio.get_running_loop().time
    deadline = now() + limits.seconds
    backoff = Backoff(first=timedelta(milliseconds=4), longest=timedelta(milliseconds=250), jitter=1, draw=limits.draw)
    with translate_errors(store):
        for number in count(1):
            try:
                async with borrow_connection(pool) as connection:
                    return await attempt(connection)
            except RETRYABLE_ERRORS:
                delay = backoff.next_delay().total_seconds()
                if number == limits.attempts or now() + delay > deadline:
                    raise
            await asyncio.sleep(delay)
    raise AssertionError


async def _in_transaction(connection: Connection, work: Callable[[Connection], Awaitable[T]]) -> T:
    try:
        await connection.execute("BEGIN ISOLATION LEVEL SERIALIZABLE")
        result = await work(connection)
        await connection.execute("COMMIT")
    except BaseException:
        await _roll_back(connection)
        raise
    return result


async def _roll_back(connection: Connection) -> None:
    """End the transaction. If the server does not answer in time, close the connection, which ends it too."""
    try:
        if not connection.is_closed():
            await connection.execute("ROLLBACK", timeout=RELEASE_SECONDS)
    except BaseException as error:
        # After a timeout the driver has closed the connection and `terminate` raises InterfaceError. That must not
        # replace the error that caused the rollback, least of all a cancellation.
        with suppress(asyncpg.InterfaceError):
            connection.terminate()
        if not isinstance(error, Exception):
            raise
