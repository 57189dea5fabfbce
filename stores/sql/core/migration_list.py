"""List the migrations of a set that are pending. It reads only: it creates nothing, and takes no lease."""

import inspect
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

import asyncpg

from stores.domain.migration_steps import MigrationStep, Phase, StoreMigrations
from stores.sql.core import lease
from stores.sql.core.dialect import in_dialect
from stores.sql.core.errors import translate_errors
from stores.sql.core.migrate import TABLE, Migration, migrations_of, pending_of
from stores.sql.core.pool import Connection, Pool, borrow_connection
from stores.sql.migrations.phases import PHASES
from stores.sql.migrations.steps import STEPS, Step

MARK = re.compile(r"-- Phase: (expand|migrate|contract)\b")
OWN_TABLES = "0000_tables_of_migrations"
"""The name of the first step in an empty database: the tables that note what is applied."""
RUNNING = "SELECT count(*) FROM outbox_holders WHERE expires_at > now()"


async def list_migrations(
    pool: Pool,
    set_name: str,
    *,
    folder: Traversable | None = None,
    steps: Mapping[tuple[str, int], Step] = STEPS,
) -> StoreMigrations:
    """The state of a set. `Rejected` as in `migrate`."""
    migrations = migrations_of(set_name, folder or files("stores.sql") / "migrations" / set_name, steps)
    with translate_errors(set_name):
        async with borrow_connection(pool) as connection:
            first: list[MigrationStep] = []
            try:
                pending = await pending_of(connection, set_name, migrations)
            except asyncpg.UndefinedTableError:
                pending = migrations
                tables = [await in_dialect(connection, table) for table in (lease.TABLE, TABLE)]
                first = [MigrationStep(name=OWN_TABLES, phase=Phase.EXPAND, commands=terminated(tables))]
            shown = [await _step(connection, set_name, migration) for migration in pending]
            running = await _running(connection)
    applied = 0 if first else 1 + len(migrations) - len(pending)
    return StoreMigrations(applied=applied, pending=[*first, *shown], running=running)


def phase_of(set_name: str, migration: Migration) -> Phase | None:
    """The phase that a file's first line names, else that of `PHASES`; None if neither does."""
    mark = MARK.match(migration.text)
    return Phase(mark[1]) if mark else PHASES.get((set_name, migration.number))


def terminated(statements: Sequence[str]) -> Sequence[str]:
    """These statements with semicolons."""
    return [f"{statement};" for statement in statements]


async def _step(connection: Connection, set_name: str, migration: Migration) -> MigrationStep:
    if migration.step is None:
        commands = terminated([await in_dialect(connection, statement) for statement in migration.statements])
    else:
        about = (inspect.getdoc(migration.step) or "").partition("\n")[0]
        commands = [f"-- in Python ({migration.step.__module__}): {about}"]
    # A step without a mark counts as unsafe.
    return MigrationStep(name=migration.name, phase=phase_of(set_name, migration) or Phase.CONTRACT, commands=commands)


async def _running(connection: Connection) -> int:
    try:
        return int(await connection.fetchval(RUNNING))
    except asyncpg.UndefinedTableError:
        return 0
