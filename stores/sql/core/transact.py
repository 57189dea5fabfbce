"""One SERIALIZABLE transaction, run again as a whole when other writers were faster; and single reads."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

import asyncpg

from stores.sql.core.errors import AGAIN, translated
from stores.sql.core.pool import LETTING_GO_SECONDS, Connection, Pool, lent

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often and how long a transaction is tried. The pauses double from `first_pause` to `longest_pause` seconds
    and are cut by a random factor, so that those who collided do not meet again."""

    attempts: int = 20
    seconds: float = 10.0
    first_pause: float = 0.002
    longest_pause: float = 0.25

    def pause(self, attempt: int, chance: float) -> float:
        return min(self.longest_pause, self.first_pause * 2.0**attempt) * chance


PATIENT = Patience()


async def transact(
    pool: Pool,
    store: str,
    work: Callable[[Connection], Awaitable[T]],
    *,
    patience: Patience = PATIENT,
    chance: Callable[[], float] = random.random,
) -> T:
    """What `work` returns, committed. It may run several times, each in a transaction of its own, and must be safe to
    repeat even after a commit (whose answer was lost). `Conflict` when patience ends."""
    return await insist(pool, store, lambda connection: committed(connection, work), patience, chance)


async def fetch(pool: Pool, store: str, query: str, *args: object) -> list[asyncpg.Record]:
    """The rows of one statement, which sees one snapshot."""
    return await insist(pool, store, lambda connection: connection.fetch(query, *args), PATIENT, random.random)


async def insist(
    pool: Pool,
    store: str,
    attempt: Callable[[Connection], Awaitable[T]],
    patience: Patience,
    chance: Callable[[], float],
) -> T:
    now = asyncio.get_running_loop().time
    give_up = now() + patience.seconds
    with translated(store):
        for number in count(1):
            try:
                async with lent(pool) as connection:
                    return await attempt(connection)
            except AGAIN:
                pause = patience.pause(number, chance())
                if number == patience.attempts or now() + pause > give_up:
                    raise
            await asyncio.sleep(pause)
    raise AssertionError


async def committed(connection: Connection, work: Callable[[Connection], Awaitable[T]]) -> T:
    try:
        await connection.execute("BEGIN ISOLATION LEVEL SERIALIZABLE")
        result = await work(connection)
        await connection.execute("COMMIT")
    except BaseException:
        await roll_back(connection)
        raise
    return result


async def roll_back(connection: Connection) -> None:
    """Leave the transaction. A connection that cannot be brought to it in time is closed, which does it as well."""
    try:
        if not connection.is_closed():
            await connection.execute("ROLLBACK", timeout=LETTING_GO_SECONDS)
    except BaseException as error:
        # The driver has closed it already where an answer did not come in time, and then refuses to hear of it: that
        # must not take the place of what we leave for, least of all of a cancellation.
        with suppress(asyncpg.InterfaceError):
            connection.terminate()
        if not isinstance(error, Exception):
            raise
