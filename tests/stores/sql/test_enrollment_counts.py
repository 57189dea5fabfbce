"""The kept numbers of enrolments by course and state never drift from the enrolments.

`tests/stores/test_progress_agreement.py` compares them with memory, which counts rows, after any sequence of writes.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stores.domain.enrollment_order import EnrollmentFilter
from stores.domain.events import Event, Verb
from stores.domain.progress import EnrollmentState
from stores.memory.progress import MemoryProgress
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import Pool, open_pool
from stores.sql.migrations.fill_enrollment_counts import fill_enrollment_counts
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, fresh_sql
from tests.stores.learning import C1, C2, C3, CATALOG, done, enrollment, events
from tests.stores.test_progress_agreement import SETTINGS, batches_of, emptied, shuffled

COURSES = ["c1", "c2", "c3", "none"]
COUNTED = "SELECT course_key, state, count(*) FROM enrollments GROUP BY course_key, state ORDER BY 1, 2"
KEPT = """
SELECT course_key, state, sum(enrollments)::int8 FROM enrollment_counts
GROUP BY course_key, state HAVING sum(enrollments) <> 0 ORDER BY 1, 2
"""
DAMAGES = {
    "lost": "DELETE FROM enrollment_counts",
    "doubled": "UPDATE enrollment_counts SET enrollments = 2 * enrollments + 1",
    "of a state without enrolments": "INSERT INTO enrollment_counts VALUES (7, 'c1', 'COMPLETED', 5)",
}


@pytest.fixture
async def pool(servers: Servers) -> AsyncIterator[Pool]:
    async with fresh_sql(servers) as url, open_pool(url, size=12) as pool:
        await migrate(pool, "progress")
        yield pool


async def check(pool: Pool) -> None:
    """The kept numbers are those of the rows."""
    assert await pool.fetch(KEPT) == await pool.fetch(COUNTED) != []


async def moved(progress: SqlProgress) -> None:
    """Enrolments of three courses, some of them completed or withdrawn."""
    rows = [enrollment(number, pin=pin) for number, pin in enumerate([C1] * 9 + [C2] * 3 + [C3], 1)]
    await progress.enroll(rows, items=CATALOG)
    verbs = [done(number, Verb.UNREGISTERED, of=number) for number in (1, 2, 10)]
    await progress.record([*verbs, done(20, Verb.REGISTERED, of=2, at=1)], items=CATALOG)


@settings(SETTINGS, max_examples=25)
@given(
    made=some.lists(
        events(ids=60, registrations=[1, 2, 3, 4], item_keys=["page", "video", "quiz"]),
        max_size=40,
        unique_by=lambda event: event.id,
    ),
    chance=some.randoms(use_true_random=False),
)
async def test_concurrent_writers_and_recounts_that_are_killed_lose_and_double_nothing(
    pool: Pool, made: list[Event], chance: Random
) -> None:
    """Three gateways at once, each with all events, some of them with the enrolments; beside them recounts, one killed
    again and again."""
    rows = [enrollment(number, pin=pin) for number, pin in zip((1, 2, 3, 4), (C1, C1, C1, C3), strict=True)]
    writers = [await emptied(pool), SqlProgress(pool), SqlProgress(pool)]
    await writers[0].enroll(rows[:2], items=CATALOG)
    batches = [(progress, batch) for progress in writers for batch in batches_of(shuffled(made, chance), chance)]

    async def killed() -> None:
        for number in range(5):
            with suppress(TimeoutError):
                async with asyncio.timeout(number * chance.random() * 0.004):
                    await fill_enrollment_counts(pool)

    await asyncio.gather(
        *(progress.record(batch, items=CATALOG, enrollments=rows) for progress, batch in batches),
        writers[1].enroll(rows, items=CATALOG),
        killed(),
        fill_enrollment_counts(pool),
    )
    await check(pool)
    memory = MemoryProgress()
    await memory.enroll(rows, items=CATALOG)
    await memory.record(made, items=CATALOG)
    for states in (None, [EnrollmentState.ACTIVE], [EnrollmentState.WITHDRAWN, EnrollmentState.COMPLETED], []):
        expected = await memory.count_by_courses(COURSES, states=states)
        found = await writers[2].count_by_courses(COURSES, states=states)
        assert {key: found.get(key, 0) for key in COURSES} == expected


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_recount_repairs_the_numbers(pool: Pool, damage: str) -> None:
    progress = SqlProgress(pool)
    await moved(progress)
    assert await progress.recount(COURSES) == 0
    await pool.execute(DAMAGES[damage])
    assert await progress.recount(["c1", "none", "\0"]) == 1
    assert await progress.recount([*COURSES, "c1"]) == (0 if damage.startswith("of a state") else 2)
    await check(pool)


async def test_enrolments_of_an_earlier_version_are_counted_by_the_migration(pool: Pool) -> None:
    await moved(SqlProgress(pool))
    await pool.execute("DROP TABLE enrollment_counts")
    await pool.execute("DELETE FROM migrations WHERE number >= 15")
    applied = await migrate(pool, "progress")
    assert applied[:2] == ["0015_enrollment_counts.sql", "0016_fill_enrollment_counts.py"]
    await check(pool)


async def test_an_enrolment_that_was_taken_back_is_not_counted(pool: Pool) -> None:
    """Its events are rejected, so the transaction stores and deletes it."""
    progress = SqlProgress(pool)
    await progress.enroll([enrollment(1)], items=CATALOG)
    rejected = done(5, Verb.PASSED, "no such item", of=2)
    await progress.record([rejected], items=CATALOG, enrollments=[enrollment(2)])
    assert await progress.count_by_courses(["c1"], states=None) == {"c1": 1}
    await check(pool)


async def test_the_kept_numbers_are_read_unless_there_is_a_filter(pool: Pool) -> None:
    progress = SqlProgress(pool)
    await progress.enroll([enrollment(1), enrollment(2)], items=CATALOG)
    await pool.execute("UPDATE enrollment_counts SET enrollments = 70")
    for where in (None, EnrollmentFilter()):
        assert await progress.count_by_courses(["c1"], states=None, where=where) == {"c1": 70}
    where = EnrollmentFilter(completion_below=0.5)
    assert await progress.count_by_courses(["c1"], states=None, where=where) == {"c1": 2}


async def test_a_transaction_changes_few_rows(pool: Pool) -> None:
    """The numbers of a course have a row for each partition and state at most."""
    progress = SqlProgress(pool)
    await progress.enroll([enrollment(number) for number in range(1, 400)], items=CATALOG)
    assert await pool.fetchval("SELECT count(*) FROM enrollment_counts") == 1
    leave = [done(number, Verb.UNREGISTERED, of=number) for number in range(1, 400)]
    await progress.record(leave, items=CATALOG)
    assert await pool.fetchval("SELECT count(*) FROM enrollment_counts") <= 3
    await check(pool)
