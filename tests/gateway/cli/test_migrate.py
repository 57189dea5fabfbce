"""quadrangle migrate --status and --plan."""

from stores.sql.core.pool import open_pool
from tests.backends import Servers, fresh_sql
from tests.e2e.command import quadrangle
from tests.gateway.cli.environment import MEMORY

TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()"


def row_of(port: str, table: str) -> list[str]:
    [row] = [line.split() for line in table.splitlines() if line.startswith(port)]
    return row


async def test_status_and_plan_say_what_is_pending_and_change_nothing(servers: Servers) -> None:
    async with fresh_sql(servers) as url, open_pool(url, size=1) as pool:
        environment = {**MEMORY, "GATEWAY_PROGRESS_URL": url}
        status = quadrangle("migrate", "--status", **environment)
        assert (status.returncode, status.stderr) == (3, "")
        assert row_of("profiles", status.stdout) == ["profiles", "memory", "0", "0", "-"]
        port, _, applied, pending, safe = row_of("progress", status.stdout)
        assert (port, applied, safe) == ("progress", "0", "no")

        plan = quadrangle("migrate", "--plan", **environment)
        assert (plan.returncode, plan.stderr) == (3, "")
        lines = plan.stdout.splitlines()
        steps = [line for line in lines if line.startswith("-- progress (")]
        assert len(steps) == int(pending)
        assert steps[1].endswith(": 0001_progress.sql: expand,")
        assert lines[lines.index(steps[1]) + 1] == "-- safe while processes of an earlier version run"
        assert lines[lines.index(steps[1]) + 2] == "CREATE TABLE IF NOT EXISTS enrollments ("
        assert any(line.startswith("-- in Python (stores.sql.migrations.fill_slots): ") for line in lines)
        assert "-- not safe while processes of an earlier version run" in lines
        assert await pool.fetchval(TABLES) == 0

        # What the plan prints is what `migrate` sends: it may be executed by hand, too.
        await pool.execute("\n".join(line for line in lines if not line.startswith("-- ")))
        assert quadrangle("migrate", **environment).returncode == 0
        after = [quadrangle("migrate", option, **environment) for option in ("--status", "--plan")]
        assert [(each.returncode, each.stderr) for each in after] == [(0, "")] * 2
        assert (row_of("progress", after[0].stdout)[3:], after[1].stdout) == (["0", "-"], "")

        await pool.execute("INSERT INTO progress_rebuilds (name) VALUES ('all'), ('timeline')")
        interrupted = quadrangle("migrate", "--status", **environment)
        assert interrupted.returncode == 3
        assert interrupted.stderr.splitlines() == [
            "progress: `quadrangle migrate` was interrupted and has to rebuild progress from the ledger",
            "run `quadrangle rebuild timeline` next; gateways may serve meanwhile",
        ]


def test_a_store_that_does_not_answer_is_named() -> None:
    environment = {**MEMORY, "GATEWAY_PROGRESS_URL": "postgresql://127.0.0.1:9/none"}
    ended = quadrangle("migrate", "--status", **environment)
    assert ended.returncode == 1
    assert row_of("progress", ended.stdout) == ["progress", "postgresql", "?", "?", "?"]
    assert ended.stderr == "progress: the server cannot be reached or went away\n"
