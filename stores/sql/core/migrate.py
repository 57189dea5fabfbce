"""Numbered migrations, one set for each port: files of SQL, and steps in Python (`stores.sql.migrations.steps`). Each
is applied once, in order, by one migrator at a time.

Statements run one by one without a transaction, because CockroachDB supports DDL in transactions only partly. So every
statement must be idempotent: after a crash in the middle of a file, the next migrator runs that file from its start.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from secrets import token_hex

from stores.errors import Rejected
from stores.sql.core import lease
from stores.sql.core.dialect import in_dialect
from stores.sql.core.errors import ALREADY_EXISTS_ERRORS, translate_errors
from stores.sql.core.lease import Lease
from stores.sql.core.migration_statement import run_statement
from stores.sql.core.pool import Connection, Pool, borrow_connection
from stores.sql.migrations.steps import STEPS, Step

FILE = re.compile(r"(\d{4})_\w+\.sql")

TABLE = """CREATE TABLE IF NOT EXISTS migrations (
    set_name text NOT NULL,
    number int8 NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (set_name, number)
)"""

APPLIED = "SELECT number, name, sha256 FROM migrations WHERE set_name = $1"

NOTE = "INSERT INTO migrations (set_name, number, name, sha256) VALUES ($1, $2, $3, $4)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """A migration: the text of a file, or a step without a text."""

    number: int
    name: str
    text: str = ""
    step: Step | None = None

    @property
    def sha256(self) -> str:
        """The checksum by which an edit of an applied file is noticed."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def statements(self) -> list[str]:
        """The statements, without lines of comment. A statement ends with a semicolon at the end of a line."""
        lines = [line for line in self.text.splitlines() if not line.lstrip().startswith("--")]
        parts = re.split(r";[ \t]*$", "\n".join(lines), flags=re.MULTILINE)
        return [part.strip() for part in parts if part.strip()]


def migrations_of(set_name: str, folder: Traversable, steps: Mapping[tuple[str, int], Step]) -> list[Migration]:
    """The migrations of a set, by number: those of its folder and its steps."""
    found = [(match, file) for file in folder.iterdir() if (match := FILE.fullmatch(file.name))]
    migrations = [
        *(Migration(number=int(match[1]), name=file.name, text=file.read_text("utf-8")) for match, file in found),
        *(
            Migration(number=number, name=f"{number:04}_{step.__name__}.py", step=step)
            for (set_of_step, number), step in steps.items()
            if set_of_step == set_name
        ),
    ]
    return sorted(migrations, key=lambda migration: migration.number)


async def migrate(
    pool: Pool,
    set_name: str,
    *,
    folder: Traversable | None = None,
    steps: Mapping[tuple[str, int], Step] = STEPS,
    holder: Callable[[], str] = token_hex,
    lease_seconds: float = 60.0,
    wait_seconds: float = 120.0,
) -> Sequence[str]:
    """Apply the pending migrations of a set, in order, and return their names.

    One migrator at a time works on a set: the others wait up to `wait_seconds` for its lease. `Rejected` if a file was
    edited after it was applied, or the database is newer than the files; `Conflict` if the lease did not become free,
    or was lost: the statement under way is cancelled then.
    """
    migrations = migrations_of(set_name, folder or files("stores.sql") / "migrations" / set_name, steps)
    with translate_errors(set_name):
        async with borrow_connection(pool) as connection:
            for table in (lease.TABLE, TABLE):
                await make_table(connection, table)
        held = Lease(pool=pool, set_name=set_name, holder=holder(), seconds=lease_seconds)
        await held.wait(wait_seconds)
        try:
            return await held.hold_during(apply_pending(pool, set_name, migrations))
        finally:
            await held.release()


async def apply_pending(pool: Pool, set_name: str, migrations: Sequence[Migration]) -> list[str]:
    """Apply what is pending and return the names. For the holder of the lease."""
    async with borrow_connection(pool) as connection:
        pending = await pending_of(connection, set_name, migrations)
    for migration in pending:
        if migration.step is not None:
            await migration.step(pool)
        async with borrow_connection(pool) as connection:
            for statement in migration.statements:
                await run_statement(connection, statement)
            await connection.execute(NOTE, set_name, migration.number, migration.name, migration.sha256)
    return [migration.name for migration in pending]


async def make_table(connection: Connection, table: str) -> None:
    """Create one of this module's own tables if it does not exist."""
    statement = await in_dialect(connection, table)
    try:
        await connection.execute(statement)
    except ALREADY_EXISTS_ERRORS:
        await connection.execute(statement)


async def pending_of(connection: Connection, set_name: str, migrations: Sequence[Migration]) -> list[Migration]:
    """The migrations that are not applied yet. `Rejected` as in `migrate`."""
    known = {migration.number: migration for migration in migrations}
    applied = await connection.fetch(APPLIED, set_name)
    for row in applied:
        migration = known.get(row["number"])
        if migration is None:
            raise Rejected(set_name, f"the database has migration {row['name']}, which this version does not know")
        if migration.sha256 != row["sha256"]:
            raise Rejected(set_name, f"migration {migration.name} was edited after it was applied")
    done = {row["number"] for row in applied}
    return [migration for migration in migrations if migration.number not in done]
