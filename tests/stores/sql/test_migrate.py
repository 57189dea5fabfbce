"""Migrations are applied once, in order, by one migrator at a time, and never differ from their files."""

import asyncio
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import pytest

from stores.errors import Conflict, Fault, Rejected, TimedOut, Unavailable
from stores.sql.core.dialect import for_cockroach
from stores.sql.core.migrate import migrate, migrations_of
from stores.sql.core.migration_statement import LOCK_SECONDS
from stores.sql.core.pool import Pool, borrow_connection, open_pool
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, fresh_sql
from tests.proxy import ProxyMode, through_proxy

FIRST = "-- Things; and so on;\nCREATE TABLE IF NOT EXISTS things (\n    id int8 PRIMARY KEY\n);\n"
SECOND = "INSERT INTO things (id) VALUES (1) ON CONFLICT (id) DO NOTHING;\n\nALTER TABLE things ADD COLUMN name text;"


@pytest.fixture
async def pool(servers: Servers) -> AsyncIterator[Pool]:
    async with fresh_sql(servers) as url, open_pool(url, size=6) as pool:
        yield pool


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text(FIRST)
    (tmp_path / "0002_second.sql").write_text(SECOND)
    (tmp_path / "notes.txt").write_text("no migration")
    return tmp_path


async def test_migrations_are_applied_once_and_in_order(pool: Pool, folder: Path) -> None:
    assert await migrate(pool, "things", folder=folder) == ["0001_first.sql", "0002_second.sql"]
    assert await pool.fetchval("SELECT id FROM things WHERE name IS NULL") == 1
    assert await migrate(pool, "things", folder=folder) == []
    (folder / "0003_third.sql").write_text("DROP TABLE things;")
    assert await migrate(pool, "things", folder=folder) == ["0003_third.sql"]
    noted = await pool.fetch("SELECT number, name FROM migrations WHERE set_name = 'things' ORDER BY number")
    assert [tuple(row) for row in noted] == [(1, "0001_first.sql"), (2, "0002_second.sql"), (3, "0003_third.sql")]


async def test_sets_are_independent(pool: Pool, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "0001_other.sql").write_text("CREATE TABLE IF NOT EXISTS others (id int8 PRIMARY KEY);")
    await migrate(pool, "things", folder=folder)
    assert await migrate(pool, "others", folder=other) == ["0001_other.sql"]


async def test_concurrent_migrators_are_safe(pool: Pool, folder: Path) -> None:
    applied = await asyncio.gather(*(migrate(pool, "things", folder=folder) for _ in range(5)))
    assert sorted(applied, key=len) == [[], [], [], [], ["0001_first.sql", "0002_second.sql"]]


async def test_an_edited_migration_is_refused(pool: Pool, folder: Path) -> None:
    await migrate(pool, "things", folder=folder)
    (folder / "0001_first.sql").write_text(FIRST + "DROP TABLE things;")
    (folder / "0003_third.sql").write_text("DROP TABLE things;")
    with pytest.raises(Rejected, match=r"things: migration 0001_first\.sql was edited after it was applied"):
        await migrate(pool, "things", folder=folder)
    assert await pool.fetchval("SELECT count(*) FROM things") == 1


async def test_a_database_of_a_newer_version_is_refused(pool: Pool, folder: Path) -> None:
    await migrate(pool, "things", folder=folder)
    (folder / "0002_second.sql").unlink()
    with pytest.raises(Rejected, match=r"has migration 0002_second\.sql, which this version does not know"):
        await migrate(pool, "things", folder=folder)


async def test_a_migration_that_failed_half_way_starts_again(pool: Pool, folder: Path) -> None:
    table = "CREATE TABLE IF NOT EXISTS more (id int8);\n"
    (folder / "0002_second.sql").write_text(table + "INSERT INTO more VALUES (1/0);")
    with pytest.raises(Rejected):
        await migrate(pool, "things", folder=folder)
    (folder / "0002_second.sql").write_text(table + "INSERT INTO more VALUES (1);")
    assert await migrate(pool, "things", folder=folder) == ["0002_second.sql"]


async def test_a_step_in_python_has_its_place_among_the_files(pool: Pool, folder: Path) -> None:
    """It is run until it succeeds, then never again."""
    (folder / "0004_last.sql").write_text("ALTER TABLE things ALTER COLUMN name SET NOT NULL;")
    runs = 0

    async def name_things(pool: Pool) -> None:
        nonlocal runs
        runs += 1
        await pool.execute("UPDATE things SET name = 'thing'")
        if runs == 1:
            raise Unavailable("things", "killed")

    steps = {("things", 3): name_things, ("others", 3): name_things}
    with pytest.raises(Unavailable, match="killed"):
        await migrate(pool, "things", folder=folder, steps=steps)
    assert await migrate(pool, "things", folder=folder, steps=steps) == ["0003_name_things.py", "0004_last.sql"]
    assert await migrate(pool, "things", folder=folder, steps=steps) == []
    assert runs == 2
    with pytest.raises(Rejected, match=r"has migration 0003_name_things\.py, which this version does not know"):
        await migrate(pool, "things", folder=folder, steps={})


async def test_the_lease_of_a_killed_migrator_expires(pool: Pool, folder: Path) -> None:
    await migrate(pool, "things", folder=folder)
    killed = "INSERT INTO migration_leases (set_name, holder, expires_at) VALUES ('things', 'killed', now() + $1)"
    await pool.execute(killed.replace("$1", "interval '1 hour'"))
    with pytest.raises(Conflict, match="another migrator is still at work"):
        await migrate(pool, "things", folder=folder, wait_seconds=0.0)
    await pool.execute("UPDATE migration_leases SET expires_at = now() + interval '0.3 seconds'")
    assert await migrate(pool, "things", folder=folder, wait_seconds=20.0) == []


async def test_a_statement_may_take_longer_than_the_lease(pool: Pool, tmp_path: Path) -> None:
    """The second migrator waits until the first is done: applied twice, the statement would fail."""
    (tmp_path / "0001_slow.sql").write_text("SELECT pg_sleep(1.5);\nCREATE TABLE made_once (id int8 PRIMARY KEY);")
    both = (migrate(pool, "things", folder=tmp_path, lease_seconds=0.5) for _ in range(2))
    assert sorted(await asyncio.gather(*both), key=len) == [[], ["0001_slow.sql"]]


async def test_a_migrator_that_lost_its_lease_stops(pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "0001_endless.sql").write_text("SELECT pg_sleep(600);")
    running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%; SELECT pg_sleep(600)'"
    task = asyncio.create_task(migrate(pool, "things", folder=tmp_path, lease_seconds=0.5))
    while not await pool.fetchval(running):
        pass
    await pool.execute("UPDATE migration_leases SET holder = 'another', expires_at = now() + interval '1 hour'")
    with pytest.raises(Conflict, match="another migrator took over"):
        await task
    while await pool.fetchval(running):
        pass
    assert await pool.fetchval("SELECT count(*) FROM migrations") == 0
    assert await pool.fetchval("SELECT holder FROM migration_leases") == "another"


async def test_a_statement_that_waits_for_a_backup_blocks_no_reader(
    pool: Pool, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """pg_dump locks every table until it ends, and a reader queues behind a statement that waits for the table."""
    await migrate(pool, "things", folder=folder)
    (folder / "0003_third.sql").write_text("ALTER TABLE things ADD COLUMN more text;")
    waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'things'::regclass AND NOT granted"
    async with borrow_connection(pool) as backup, backup.transaction():
        await backup.execute("LOCK TABLE things IN ACCESS SHARE MODE")
        task = asyncio.create_task(migrate(pool, "things", folder=folder))
        while not await pool.fetchval(waiting):
            assert not task.done(), task
        async with asyncio.timeout(LOCK_SECONDS + 20):
            assert await pool.fetchval("SELECT count(*) FROM things") == 1
        while not caplog.records:  # noqa: ASYNC110 - a log has no event to wait for
            await asyncio.sleep(0)
        assert not task.done()
    assert await task == ["0003_third.sql"]
    assert [record.getMessage() for record in caplog.records] == [
        "a migration waits for another transaction to end, such as a backup's"
    ]


async def test_a_migrator_that_cannot_renew_its_lease_stops(servers: Servers, tmp_path: Path) -> None:
    """The server is silent for longer than the lease: another migrator may have begun."""
    (tmp_path / "0001_endless.sql").write_text("SELECT pg_sleep(600);")
    async with fresh_sql(servers) as url, through_proxy(url) as (proxy, near), open_pool(near, size=2) as pool:
        task = asyncio.create_task(migrate(pool, "things", folder=tmp_path, lease_seconds=0.5))
        async with open_pool(url, size=1) as other:
            running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%; SELECT pg_sleep(600)'"
            while not await other.fetchval(running):
                pass
        proxy.mode = ProxyMode.STALL
        with pytest.raises((Conflict, Unavailable, TimedOut)):
            await asyncio.wait_for(task, 30)


async def test_missing_tables_are_reported_with_the_remedy(pool: Pool) -> None:
    with pytest.raises(Unavailable, match="run `quadrangle migrate`") as raised:
        await SqlProgress(pool).by_registrations([])
    assert raised.value.fault is Fault.MIGRATIONS_PENDING


def test_statements_for_cockroach() -> None:
    ledger = "CREATE TABLE IF NOT EXISTS event_ledger (\n    event_id uuid PRIMARY KEY,\n    verb text\n)"
    assert for_cockroach(ledger, regional=True) == (
        "CREATE TABLE IF NOT EXISTS event_ledger (\n    event_id uuid PRIMARY KEY USING HASH,\n    verb text\n)"
        " LOCALITY REGIONAL BY ROW"
    )
    rows = "CREATE TABLE IF NOT EXISTS course_progress (\n    version int8 NOT NULL\n) WITH (fillfactor = 70)"
    assert for_cockroach(rows, regional=False) == rows
    assert for_cockroach(rows, regional=True) == f"{rows} LOCALITY REGIONAL BY ROW"
    lease = "CREATE TABLE IF NOT EXISTS migration_leases (\n    expires_at timestamptz\n)"
    assert for_cockroach(lease, regional=True) == f"{lease} WITH (ttl_expiration_expression = 'expires_at')"
    index = "CREATE INDEX IF NOT EXISTS event_ledger_by_voids ON event_ledger (voids) WHERE voids IS NOT NULL"
    assert for_cockroach(index, regional=True) == index


def test_cockroach_gets_no_option_that_it_refuses() -> None:
    folder = files("stores.sql") / "migrations" / "progress"
    statements = [
        for_cockroach(statement, regional=True)
        for migration in migrations_of("progress", folder, {})
        for statement in migration.statements
    ]
    assert not [statement for statement in statements if "INCLUDE" in statement or "autovacuum" in statement]
    [index] = [statement for statement in statements if "INDEX IF NOT EXISTS enrollment_order_with_state" in statement]
    assert index.endswith("(course_key, field, value, registration)\nSTORING (state)")
    [activity] = [statement for statement in statements if "TABLE IF NOT EXISTS course_activity" in statement]
    assert activity.endswith(
        "PRIMARY KEY (partition, course_key, quarter_start, registration)\n) LOCALITY REGIONAL BY ROW"
    )
