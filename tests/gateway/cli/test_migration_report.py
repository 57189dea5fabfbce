"""What `migrate --status` and `--plan` print of the stores."""

import pytest

from gateway.cli.migration_report import PENDING, exit_code, plan_lines, status_lines
from gateway.config.pending_migrations import PortMigrations
from stores.domain.migration_steps import MigrationStep, Phase, StoreMigrations
from stores.domain.rebuilds import Rebuild
from stores.errors import Unavailable

INDEX = MigrationStep(name="index learners.a_1", phase=Phase.EXPAND, commands=['db.learners.createIndex({"a": 1}, {})'])
DROP = MigrationStep(name="drop learners.b_1", phase=Phase.CONTRACT, commands=['db.learners.dropIndex("b_1")'])
DATABASE = MigrationStep(name="database q", phase=Phase.EXPAND, commands=['CREATE DATABASE "q"', "ALTER …"])
FOUND = [
    PortMigrations(port="profiles", backend="mongodb", migrations=StoreMigrations(applied=2, pending=[INDEX, DROP])),
    PortMigrations(port="progress", backend="postgresql", migrations=StoreMigrations(applied=18)),
    PortMigrations(port="timeline", backend="influxdb", migrations=StoreMigrations(pending=[DATABASE])),
    PortMigrations(port="live", backend="redis", fault=Unavailable("live", "away")),
]


def test_the_plan_has_each_step_with_its_phase_and_comments_of_its_store() -> None:
    assert list(plan_lines(FOUND)) == [
        "// profiles (mongodb): index learners.a_1: expand,",
        "// safe while processes of an earlier version run",
        'db.learners.createIndex({"a": 1}, {})',
        "",
        "// profiles (mongodb): drop learners.b_1: contract,",
        "// not safe while processes of an earlier version run",
        'db.learners.dropIndex("b_1")',
        "",
        "-- timeline (influxdb): database q: expand,",
        "-- safe while processes of an earlier version run",
        'CREATE DATABASE "q"',
        "ALTER …",
        "",
    ]


def test_the_table_has_a_row_for_each_port() -> None:
    [table] = status_lines(FOUND)
    assert [line.split() for line in table.splitlines()] == [
        ["port", "backend", "applied", "pending", "safe"],
        ["profiles", "mongodb", "2", "2", "no"],
        ["progress", "postgresql", "18", "0", "-"],
        ["timeline", "influxdb", "0", "1", "yes"],
        ["live", "redis", "?", "?", "?"],
    ]


@pytest.mark.parametrize(
    ("found", "unfinished", "code"),
    [
        (FOUND, [], 1),
        (FOUND[:3], [], PENDING),
        (FOUND[1:2], [], 0),
        (FOUND[1:2], [Rebuild.PROGRESS], PENDING),
        (FOUND[1:2], [Rebuild.TIMELINE], 0),
    ],
)
def test_the_exit_code_says_whether_something_is_pending(
    found: list[PortMigrations], unfinished: list[Rebuild], code: int
) -> None:
    """Long rebuilds run while gateways serve: they are no migration."""
    assert exit_code(found, unfinished) == code
