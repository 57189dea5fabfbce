"""Migrations 0005 to 0007 give rows from before slots a slot and a partition, wherever a migrator is killed."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from stores.domain.event_digest import digest
from stores.domain.events import Event, Verb
from stores.domain.outbox import partition_of
from stores.domain.progress import VerdictStatus
from stores.domain.progress_projection import course_indexes, initial_state
from stores.domain.rebuilds import Rebuild
from stores.domain.sessions import ResumePoint
from stores.domain.slots import SLOTS
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import Pool, open_pool
from stores.sql.core.tables import Table
from stores.sql.core.transact import transact
from stores.sql.migrations.fill_slots import REGISTRATIONS, fill_next
from stores.sql.progress.progress import SqlProgress
from stores.sql.progress.rows import course_values, enrollment_values, ledger_values, resume_values
from stores.sql.progress.tables import COURSES, ENROLLMENTS, LEDGER, RESUME_POINTS
from tests.backends import Servers, fresh_sql
from tests.stores.learning import CATALOG, done, enrollment, moment

FOLDER = Path("stores/sql/migrations/progress")
BEFORE = ["0001_progress.sql", "0002_event_ledger.sql", "0003_outbox.sql", "0004_item_sessions.sql"]
SINCE = ["0005_slots_and_partitions.sql", "0006_fill_slots.py", "0007_slots_and_partitions_not_null.sql"]
LEARNERS = 2 * REGISTRATIONS + 20
EVENTS = [
    done(number, Verb.PLAYED, "video", of=1 + number % LEARNERS, at=number // LEARNERS // 5)
    for number in range(1, 10 * LEARNERS)
]
OLD_EVENTS = Table(name="event_ledger", columns={name: kind for name, kind in LEDGER.columns.items() if name != "slot"})


@pytest.fixture
async def old(servers: Servers, tmp_path: Path) -> AsyncIterator[Pool]:
    """The tables of progress as they were before slots, without rows."""
    for name in BEFORE:
        shutil.copy(FOLDER / name, tmp_path)
    async with fresh_sql(servers) as url, open_pool(url, size=6) as pool:
        assert await migrate(pool, "progress", folder=tmp_path, steps={}) == BEFORE
        yield pool


async def insert(pool: Pool, table: Table, rows: list[tuple[object, ...]]) -> None:
    await pool.execute(f"INSERT INTO {table.name} ({table.names}) {table.given()}", *table.arrays(rows))


async def fill(pool: Pool) -> None:
    """Rows as the version before slots wrote them."""
    index_of = course_indexes(CATALOG)
    states = [initial_state(row, index_of(row.pin)) for row in map(enrollment, range(1, LEARNERS + 1))]
    await insert(pool, ENROLLMENTS, [enrollment_values(state.enrollment) for state in states])
    await insert(pool, COURSES, [course_values(state.course) for state in states])
    points = [
        ResumePoint(registration=UUID(int=number), item_key="video", position=1.0, at=moment(0), device=None, id="s")
        for number in (1, LEARNERS + 1)  # the latter has no enrolment
    ]
    await insert(pool, RESUME_POINTS, [resume_values(point) for point in points])
    await insert(pool, OLD_EVENTS, [old_values(event) for event in EVENTS])


def old_values(event: Event) -> tuple[object, ...]:
    values = zip(LEDGER.columns, ledger_values(event, digest(event), None), strict=True)
    return tuple(value for name, value in values if name != "slot")


async def slots(pool: Pool) -> dict[UUID, Any]:
    """The slots of the ledger's rows that have one."""
    rows = await pool.fetch("SELECT event_id, slot FROM event_ledger WHERE slot IS NOT NULL")
    return {row["event_id"]: row["slot"] for row in rows}


async def check(pool: Pool) -> None:
    """Everything is filled, guarded and noted."""
    found = await slots(pool)
    assert found.keys() == {event.id for event in EVENTS}
    assert all(0 <= slot < SLOTS for slot in found.values())
    assert len({(event.registration, event.at, found[event.id]) for event in EVENTS}) == len(EVENTS)
    for table in ("enrollments", "course_progress", "resume_points", "event_ledger"):
        rows = await pool.fetch(f"SELECT registration, partition FROM {table}")
        assert [row["partition"] for row in rows] == [partition_of(row["registration"]) for row in rows]
    index = await pool.fetchrow(
        "SELECT indisvalid, indisunique, pg_get_indexdef(indexrelid) AS text FROM pg_index"
        " WHERE indexrelid = to_regclass('event_ledger_by_place')"
    )
    assert index is not None
    assert (index["indisvalid"], index["indisunique"]) == (True, True)
    assert "(registration, occurred_at, slot)" in index["text"]
    nullable = "SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema()"
    nullable += " AND column_name IN ('slot', 'partition') AND is_nullable = 'YES'"
    assert await pool.fetchval(nullable) == 0
    rebuilds = await pool.fetch("SELECT name, after_registration FROM progress_rebuilds ORDER BY name")
    assert [(row["name"], row["after_registration"]) for row in rebuilds][-2:] == [
        ("activity", None),
        ("timeline", None),
    ]
    assert "slots" not in {row["name"] for row in rebuilds}


async def test_existing_rows_get_slots_and_partitions(old: Pool) -> None:
    await fill(old)
    assert (await migrate(old, "progress"))[:3] == SINCE
    await check(old)
    progress = SqlProgress(old)
    given = await slots(old)
    again, new = EVENTS[7], done(9_999, Verb.PLAYED, "video", of=2)
    found = await progress.record([again, new], items=CATALOG)
    assert [verdict.status for verdict in found] == [VerdictStatus.DUPLICATE, VerdictStatus.ACCEPTED]
    assert found[0].slot == given[again.id]


async def test_a_fresh_database_has_nothing_to_rebuild(old: Pool) -> None:
    await migrate(old, "progress")
    progress = SqlProgress(old)
    assert [await progress.rebuild_position(rebuild) for rebuild in Rebuild] == [None, None, None]


@pytest.mark.parametrize("batches", [0, 1, 2, 3, 4])
async def test_a_migrator_resumes_after_the_batches_that_are_done(old: Pool, tmp_path: Path, batches: int) -> None:
    await fill(old)
    shutil.copy(FOLDER / SINCE[0], tmp_path)
    await migrate(old, "progress", folder=tmp_path, steps={})
    left = [await transact(old, "progress", fill_next) for _ in range(batches)]
    assert left == [True, True, True, False][:batches] + [False] * (batches - 4)
    before = await slots(old)
    assert len(before) == sum(event.registration.int <= batches * REGISTRATIONS for event in EVENTS)
    await migrate(old, "progress")
    await check(old)
    assert before.items() <= (await slots(old)).items()


async def test_an_index_that_a_killed_migrator_left_invalid_is_built_again(old: Pool) -> None:
    await fill(old)
    with pytest.raises(asyncpg.UniqueViolationError):
        await old.execute("CREATE UNIQUE INDEX CONCURRENTLY event_ledger_by_place ON event_ledger (registration)")
    assert await old.fetchval("SELECT to_regclass('event_ledger_by_place') IS NOT NULL")
    await migrate(old, "progress")
    await check(old)


async def test_migrators_that_are_killed_again_and_again_end(old: Pool) -> None:
    """Each runs a little longer than the one before, until one ends by itself."""
    await fill(old)
    before: dict[UUID, Any] = {}
    for number in count(1):
        with suppress(TimeoutError):
            async with asyncio.timeout(number * 0.01):
                await migrate(old, "progress")
                break
        with suppress(asyncpg.UndefinedColumnError):
            found = await slots(old)
            assert before.items() <= found.items()
            before = found
    await check(old)
    assert before.items() <= (await slots(old)).items()


async def test_two_migrators_at_once_are_safe(old: Pool) -> None:
    await fill(old)
    applied = await asyncio.gather(migrate(old, "progress"), migrate(old, "progress"))
    assert min(map(len, applied)) == 0
    await check(old)
