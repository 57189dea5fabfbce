"""Each migration says whether it is safe while processes of an earlier version run."""

from importlib.resources import files
from pathlib import Path

import pytest

from stores.domain.migration_steps import Phase
from stores.sql.core.migrate import migrate, migrations_of
from stores.sql.core.migration_list import list_migrations, phase_of
from stores.sql.core.pool import Pool, open_pool
from stores.sql.migrations.phases import PHASES
from stores.sql.migrations.steps import STEPS
from tests.backends import Servers, fresh_sql

SETS = sorted(folder.name for folder in (files("stores.sql") / "migrations").iterdir() if folder.is_dir())
RELEASED_WITHOUT_MARK = {"progress": 17, "timeline": 3}
"""By set: the number of the last file that was released before files named their phases."""


@pytest.mark.parametrize("set_name", [name for name in SETS if not name.startswith("__")])
def test_each_migration_names_its_phase(set_name: str) -> None:
    migrations = migrations_of(set_name, files("stores.sql") / "migrations" / set_name, STEPS)
    unmarked = [migration.name for migration in migrations if phase_of(set_name, migration) is None]
    assert not unmarked, "the first line of a new file is `-- Phase: expand|migrate|contract`; a step is in PHASES"
    listed = [
        migration.name
        for migration in migrations
        if migration.step is None
        and (set_name, migration.number) in PHASES
        and migration.number > RELEASED_WITHOUT_MARK[set_name]
    ]
    assert not listed, "a new file names its phase itself"


async def test_pending_migrations_are_listed_with_their_statements_and_phases(servers: Servers, tmp_path: Path) -> None:
    async with fresh_sql(servers) as url, open_pool(url, size=2) as pool:
        (tmp_path / "0001_first.sql").write_text("-- Phase: expand\nCREATE TABLE IF NOT EXISTS things (id int8);\n")
        await migrate(pool, "things", folder=tmp_path)
        (tmp_path / "0002_second.sql").write_text("-- Phase: migrate\nSELECT 1;\nSELECT 2;\n")
        (tmp_path / "0004_fourth.sql").write_text("DROP TABLE things;\n")
        steps = {("things", 3): count_things}
        found = await list_migrations(pool, "things", folder=tmp_path, steps=steps)
        assert found.applied == 2  # the first, and the tables that note it
        assert [(step.name, step.phase, tuple(step.commands)) for step in found.pending] == [
            ("0002_second.sql", Phase.MIGRATE, ("SELECT 1;", "SELECT 2;")),
            (
                "0003_count_things.py",
                Phase.CONTRACT,
                ("-- in Python (tests.stores.sql.test_migration_list): Count the things.",),
            ),
            ("0004_fourth.sql", Phase.CONTRACT, ("DROP TABLE things;",)),
        ]


async def count_things(pool: Pool) -> None:
    """Count the things."""
