"""Activity in SQL beyond its contract: its rows, its round trips, its plan, and the repair of wrong rows."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID
from zlib import crc32

import pytest

from stores.domain.calendar import Span
from stores.domain.events import Verb
from stores.sql.activity import queries
from stores.sql.activity.activity import SqlActivity
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import Pool, open_pool, open_relaxed_pool
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, fresh_sql
from tests.proxy import through_proxy
from tests.stores.learning import C2, done, enroll, enrollment, record
from tests.stores.samples import NOON

R = [UUID(int=number) for number in range(10)]
DAYS = [Span(NOON + timedelta(days=number), NOON + timedelta(days=number + 1)) for number in range(56)]
READS: dict[str, Callable[[SqlActivity], Awaitable[Any]]] = {
    "ping": lambda activity: activity.ping(),
    "by_courses": lambda activity: activity.by_courses(["c1", "c2"], windows=DAYS, learners=True),
    "by_registrations": lambda activity: activity.by_registrations(R, span=DAYS[0]),
    "quarters_of_learners": lambda activity: activity.quarters_of_learners(["u1", "u2"], courses=["c1"]),
    "summaries": lambda activity: activity.summaries(["c1", "c2"], items=True, now=NOON),
    "completions": lambda activity: activity.completions(["c1", "c2"], windows=DAYS),
}


@pytest.fixture
async def url(servers: Servers) -> AsyncIterator[str]:
    """The URL of a database with three enrolments, which have some activity."""
    async with fresh_sql(servers) as url:
        async with open_pool(url, size=1) as pool:
            await migrate(pool, "progress")
            progress = SqlProgress(pool)
            await enroll(progress, enrollment(1), enrollment(2), enrollment(3, pin=C2))
            await record(
                progress,
                *(done(number, Verb.PLAYED, at=450 * number, duration_ms=number) for number in range(1, 9)),
                done(11, Verb.PLAYED, of=2, duration_ms=5),
                done(12, Verb.VOIDED, of=2, voids=UUID(int=13)),
                done(13, Verb.PLAYED, of=2, at=900),
                done(14, Verb.PLAYED, of=3, course_key="c2"),
            )
        yield url


@pytest.fixture
async def pool(url: str) -> AsyncIterator[Pool]:
    async with open_relaxed_pool(url) as pool:
        yield pool


async def rows(pool: Pool) -> list[tuple[object, ...]]:
    found = await pool.fetch(
        "SELECT partition, course_key, quarter_start, registration, events, active_ms FROM course_activity"
        " ORDER BY registration, quarter_start, partition, course_key"
    )
    return [tuple(row) for row in found]


@pytest.mark.parametrize("read", READS.values(), ids=READS)
async def test_every_read_is_one_round_trip(url: str, read: Callable[[SqlActivity], Awaitable[Any]]) -> None:
    async with through_proxy(url) as (proxy, there), open_pool(there, size=1) as pool:
        activity = SqlActivity(pool)
        await read(activity)  # connects, and prepares the statement
        before = proxy.chunks_sent
        await read(activity)
        assert proxy.chunks_sent - before == 1


async def test_counting_costs_no_round_trip(url: str) -> None:
    """An event that is no activity takes as many as one that is."""
    async with through_proxy(url) as (proxy, there), open_pool(there, size=1) as pool:
        progress = SqlProgress(pool)
        asked = {}
        for number in (100, 200, 300):  # the first two rounds prepare the statements
            for place, verb in enumerate((Verb.UNREGISTERED, Verb.PLAYED)):
                before = proxy.chunks_sent
                assert await record(progress, done(number + place, verb, at=number)) == ["ACCEPTED"]
                asked[verb] = proxy.chunks_sent - before
    assert asked[Verb.PLAYED] == asked[Verb.UNREGISTERED]


async def test_a_row_is_in_the_partition_of_its_registration_and_goes_with_its_last_event(pool: Pool) -> None:
    progress = SqlProgress(pool)
    kept = await rows(pool)
    assert {(row[0], row[3]) for row in kept} == {(crc32(R[n].bytes) % 64, R[n]) for n in (1, 2, 3)}
    await record(progress, done(21, Verb.VOIDED, of=2, voids=UUID(int=11)))
    assert await rows(pool) == [row for row in kept if row[3] != R[2]]
    assert await record(progress, done(22, Verb.PLAYED, of=2)) == ["ACCEPTED"]
    assert [row[4:] for row in await rows(pool) if row[3] == R[2]] == [(1, 0)]


WRONG = {
    "a lost table": "DELETE FROM course_activity",
    "a lost row": "DELETE FROM course_activity WHERE registration = '{1}' AND active_ms = 5",
    "other events": "UPDATE course_activity SET events = -1 WHERE registration = '{1}'",
    "other durations": "UPDATE course_activity SET active_ms = active_ms + 1 WHERE registration = '{1}'",
    "another course": "UPDATE course_activity SET course_key = 'c2' WHERE registration = '{1}'",
    "another partition": "UPDATE course_activity SET partition = 99 WHERE registration = '{1}'",
    "another quarter": "UPDATE course_activity SET quarter_start = quarter_start + interval '1 day'"
    " WHERE registration = '{1}'",
    "a row too many": "INSERT INTO course_activity SELECT 1, 'c1', '2026-01-01', '{1}', 0, 0",
}


@pytest.mark.parametrize("falsify", WRONG.values(), ids=WRONG)
async def test_a_recount_repairs_wrong_rows(pool: Pool, falsify: str) -> None:
    activity = SqlActivity(pool)
    right = await rows(pool)
    await pool.execute(falsify.replace("{1}", str(R[1])))
    assert await rows(pool) != right
    assert await activity.recount([R[2], R[3], R[2]]) == (2 if falsify == "DELETE FROM course_activity" else 0)
    assert await activity.recount([R[9], R[1]]) == 1
    assert await rows(pool) == right
    assert await activity.recount(R) == 0


async def test_a_recount_includes_earlier_writes(pool: Pool) -> None:
    """After the upgrade rows are missing, and events that were never counted are voided."""
    progress, activity = SqlProgress(pool), SqlActivity(pool)
    await pool.execute("DELETE FROM course_activity")
    await record(progress, done(21, Verb.VOIDED, of=2, voids=UUID(int=11)), done(22, Verb.PLAYED, of=1, at=450))
    assert await activity.recount(R) == 3
    kept = await rows(pool)
    assert [row[4] for row in kept if row[3] == R[2]] == []
    assert sum(int(str(row[4])) for row in kept if row[3] == R[1]) == 9
    assert await activity.recount(R) == 0


@pytest.mark.parametrize("learners", [False, True])
async def test_activity_is_read_from_the_range_of_the_course_in_the_index_alone(pool: Pool, learners: bool) -> None:
    """40 registrations of this course and 400 of others, with 40 quarters of an hour each."""
    await pool.execute("""
    INSERT INTO course_activity (partition, course_key, quarter_start, registration, events, active_ms)
    SELECT of % 64, CASE WHEN of < 40 THEN 'c1' ELSE 'x' || of % 9 END,
        '2026-03-28 12:00Z'::timestamptz + place * interval '23 h', gen_random_uuid(), 1, 1
    FROM generate_series(0, 439) AS registrations(of) CROSS JOIN generate_series(0, 39) AS quarters(place)
    """)
    while await pool.fetchval(
        "SELECT relallvisible < relpages OR relpages = 0 FROM pg_class WHERE oid = $1::regclass", "course_activity"
    ):
        await pool.execute("VACUUM ANALYZE course_activity")  # again while an older snapshot of another session lives
    starts = [day.start.isoformat() for day in DAYS]
    statement = f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {queries.by_courses(learners=learners)}"
    lines = await pool.fetch(statement, ["c1"], starts, DAYS[0].start, DAYS[-1].end)
    plan = "\n".join(line[0] for line in lines)
    assert plan.count("on course_activity") == 1, plan
    assert "Index Only Scan using course_activity_pkey on course_activity (actual rows=1606" in plan, plan
    assert "Heap Fetches: 0" in plan, plan
    assert "Rows Removed" not in plan, plan
