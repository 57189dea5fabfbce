"""Slots in SQL beyond the contract: several gateways, the guard, and the reads."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID

import pytest

from stores.domain.events import Event, Verb
from stores.domain.outbox import partition_of
from stores.domain.sessions import ResumePoint
from stores.errors import Conflict, StoreError
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import Pool, open_pool
from stores.sql.core.tables import array
from stores.sql.progress import queries
from stores.sql.progress.ledger import WHOLE
from stores.sql.progress.progress import SqlProgress
from stores.sql.progress.snapshot import ITEM_ROWS_AND_SLOTS
from tests.backends import Servers, fresh_sql
from tests.stores.learning import C2, CATALOG, done, enroll, enrollment, moment, record

ROWS_READ = re.compile(r"Scan.*actual .*rows=(\d+)")
PARTITIONED = (
    "enrollments",
    "item_progress",
    "item_sessions",
    "course_progress",
    "certificates",
    "resume_points",
    "event_ledger",
)


@pytest.fixture
async def pool(servers: Servers) -> AsyncIterator[Pool]:
    async with fresh_sql(servers) as url, open_pool(url) as pool:
        await migrate(pool, "progress")
        yield pool


async def test_several_gateways_never_share_a_place(pool: Pool) -> None:
    """All of them write to one millisecond of one registration."""
    gateways = [SqlProgress(pool) for _ in range(4)]
    await enroll(gateways[0], enrollment(1))

    async def write(number: int) -> list[int]:
        slots = list[int]()
        for batch in range(5):
            first = 10_000 * (number + 1) + 100 * batch
            events = [done(first + place, Verb.PLAYED, "video") for place in range(20)]
            slots += await slots_with_retries(gateways[number], events)
        return slots

    written = [slot for slots in await asyncio.gather(*map(write, range(4))) for slot in slots]
    assert sorted(written) == sorted(row["slot"] for row in await pool.fetch("SELECT slot FROM event_ledger"))
    assert len(set(written)) == 4 * 5 * 20


async def slots_with_retries(progress: SqlProgress, events: list[Event]) -> list[int]:
    """Retry on Conflict, as clients do."""
    while True:
        with suppress(Conflict):
            verdicts = await progress.record(events, items=CATALOG)
            return [verdict.slot for verdict in verdicts if verdict.slot is not None]


async def test_a_place_that_is_taken_fails_the_transaction(pool: Pool) -> None:
    """The server stores another slot than the writer chose, as a bug would."""
    progress = SqlProgress(pool)
    await enroll(progress, enrollment(1))
    await pool.execute(
        "CREATE FUNCTION one_slot() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.slot := 1; RETURN NEW; END'"
    )
    await pool.execute("CREATE TRIGGER bug BEFORE INSERT ON event_ledger FOR EACH ROW EXECUTE FUNCTION one_slot()")
    assert await record(progress, done(1, Verb.PLAYED, "video")) == ["ACCEPTED"]
    with pytest.raises(StoreError, match="must be unique") as caught:
        await record(progress, done(2, Verb.PLAYED, "video"), done(3, Verb.PLAYED, "video", at=1))
    assert type(caught.value) is StoreError, "neither the caller's fault nor worth a retry"
    assert (await progress.ledger([UUID(int=number) for number in range(4)])).keys() == {UUID(int=1)}


async def test_every_insert_writes_the_partition(pool: Pool) -> None:
    progress = SqlProgress(pool)
    rows = [enrollment(number, pin=C2) for number in range(1, 9)]
    await enroll(progress, *rows[:4])
    for row in rows:
        of = row.registration.int
        view = done(of, Verb.VIEWED, "page", of=of, course_key="c2", session_id="s", duration_ms=1, position=1.0)
        await progress.record([view], items=CATALOG, enrollments=[row])
    point = ResumePoint(
        registration=enrollment(99).registration, item_key="page", position=1.0, at=moment(0), device=None, id="s"
    )
    await progress.checkpoint([point])
    for table in PARTITIONED:
        found = await pool.fetch(f"SELECT registration, partition FROM {table}")
        assert len(found) == 8 + (table == "resume_points"), table
        assert all(row["partition"] == partition_of(row["registration"]) for row in found), table


@pytest.fixture
async def large(pool: Pool) -> Pool:
    """A ledger of 5,000 events of 50 registrations, 100 in each second, one in ten an attempt."""
    progress = SqlProgress(pool)
    await enroll(progress, *(enrollment(number) for number in range(1, 51)))
    verbs = [Verb.ANSWERED, *[Verb.PLAYED] * 9]
    numbers = range(1, 5_001)
    events = [done(n, verbs[n // 50 % 10], "quiz", of=1 + n % 50, at=n // 100) for n in numbers]
    await progress.load(events, items=CATALOG)
    return pool


@pytest.mark.parametrize("step", ["RESET ALL", "VACUUM ANALYZE event_ledger"], ids=["unanalysed", "analysed"])
async def test_a_few_registrations_of_a_large_ledger_are_read_by_its_indexes(large: Pool, step: str) -> None:
    """With statistics of the table and without. Taken slots are read from the index alone."""
    await large.execute(step)
    few = [str(UUID(int=number)) for number in (1, 2)]
    moments = array([UUID(int=1), UUID(int=2)], "uuid"), array([moment(1)] * 2, "timestamptz")
    attempts, args = queries.attempts([UUID(int=1), UUID(int=2)], item=None, after=None, first=5)
    for query, values, index in (
        (ITEM_ROWS_AND_SLOTS, [few, *moments], "Index Only Scan using event_ledger_by_place"),
        (WHOLE, [few], "event_ledger_by_place"),
        (queries.LIVE_EVENTS, [few, moment(0), moment(9)], "event_ledger_by_place"),
        (attempts, args, "event_ledger_attempts_and_voids"),
    ):
        plan = "\n".join(row[0] for row in await large.fetch(f"EXPLAIN (ANALYZE, COSTS OFF) {query}", *values))
        assert index in plan, plan
        assert "Seq Scan" not in plan, plan
        assert all(int(rows) <= 250 for rows in ROWS_READ.findall(plan)), plan
