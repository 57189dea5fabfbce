"""Migrations 0010 to 0013 give existing enrolments their sort values, wherever a migrator is killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from stores.domain.events import Verb
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import Pool, open_pool
from stores.sql.core.transact import transact
from stores.sql.migrations.fill_enrollment_order import REGISTRATIONS, fill_next
from stores.sql.migrations.steps import STEPS
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, fresh_sql
from tests.stores.learning import C3, done, enroll, enrollment, record

NAMES = [
    "0010_enrollment_order.sql",
    "0011_fill_enrollment_order.py",
    "0012_course_item_counts.sql",
    "0013_fill_item_counts.py",
    "0014_token_revocations.sql",
    "0015_enrollment_counts.sql",
    "0016_fill_enrollment_counts.py",
    "0017_enrollment_order_with_state.sql",
    "0018_outbox_traceparent.sql",
]
LEARNERS = 2 * REGISTRATIONS + 20
Rows = list[tuple[Any, ...]]


@pytest.fixture
async def old(servers: Servers) -> AsyncIterator[tuple[Pool, Rows]]:
    """Enrolments from before migration 0010, and the rows that they must get."""
    async with fresh_sql(servers) as url, open_pool(url, size=6) as pool:
        await migrate(pool, "progress")
        progress = SqlProgress(pool)
        await enroll(progress, *(enrollment(n, pin=C3) for n in range(1, 20)))
        await enroll(progress, *(enrollment(n) for n in range(20, LEARNERS + 1)))
        codes = await record(
            progress,
            *(done(n, Verb.REGISTERED, of=n, at=-(10**9) * n) for n in range(20, 60)),
            *(done(100 + n, Verb.PASSED, "quiz", of=n, at=n / 1000, score=n / 100) for n in range(30, 70)),
            *(done(200 + n, Verb.UNREGISTERED, of=n, at=n) for n in range(40, 80)),
        )
        assert set(codes) == {"ACCEPTED"}
        found = await rows(pool)
        assert len(found) == 4 * LEARNERS
        await pool.execute("DROP TABLE enrollment_order")
        await pool.execute("DROP TABLE course_item_counts")
        await pool.execute("ALTER TABLE course_progress DROP COLUMN counted")
        await pool.execute("DELETE FROM migrations WHERE number >= 10")
        yield pool, found


async def rows(pool: Pool) -> Rows:
    return list(map(tuple, await pool.fetch("SELECT * FROM enrollment_order ORDER BY registration, field")))


async def check(pool: Pool, expected: Rows) -> None:
    """All rows are there, and the migration left no position."""
    assert await rows(pool) == expected
    assert await pool.fetchval("SELECT count(*) FROM progress_rebuilds WHERE name = 'enrollment order'") == 0


async def test_existing_enrolments_get_their_sort_values(old: tuple[Pool, Rows]) -> None:
    pool, expected = old
    assert await migrate(pool, "progress") == NAMES
    await check(pool, expected)


@pytest.mark.parametrize("batches", [0, 1, 2, 3, 4])
async def test_a_migrator_resumes_after_the_batches_that_are_done(old: tuple[Pool, Rows], batches: int) -> None:
    pool, expected = old
    await migrate(pool, "progress", steps={key: step for key, step in STEPS.items() if key < ("progress", 11)})
    left = [await transact(pool, "progress", fill_next) for _ in range(batches)]
    assert left == [True, True, True, False][:batches]
    done_before = [row for row in expected if row[0] <= UUID(int=batches * REGISTRATIONS)]
    assert await rows(pool) == [(*row[:-1], None) for row in done_before], "the item is from migration 0013"
    await migrate(pool, "progress")
    await check(pool, expected)


async def test_migrators_that_are_killed_again_and_again_end(old: tuple[Pool, Rows]) -> None:
    """Each runs a little longer than the one before, until one ends by itself."""
    pool, expected = old
    for number in count(1):
        with suppress(TimeoutError):
            async with asyncio.timeout(number * 0.01):
                await migrate(pool, "progress")
                break
    await check(pool, expected)


async def test_two_migrators_at_once_are_safe(old: tuple[Pool, Rows]) -> None:
    pool, expected = old
    applied = await asyncio.gather(migrate(pool, "progress"), migrate(pool, "progress"))
    assert min(map(len, applied)) == 0
    await check(pool, expected)
