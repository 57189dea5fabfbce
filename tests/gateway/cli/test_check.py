"""quadrangle check."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gateway.config.backends import PORTS
from tests.backends import Servers, fresh_sql, missing
from tests.e2e.command import quadrangle
from tests.gateway.cli.environment import MEMORY, NOWHERE, SECRET
from tests.stores.test_credentials import with_login


def at_url_of(port: str) -> list[str]:
    """The ports that have the URL of this one."""
    return [each for each, table in PORTS.items() if port in {each, table.shares_url_of}]


def test_check_reports_the_store_that_does_not_answer() -> None:
    ended = quadrangle("check", **MEMORY, **SECRET)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.count("LIVE") == len(PORTS)
    ended = quadrangle("check", **{**MEMORY, "GATEWAY_SESSIONS_URL": NOWHERE})
    assert ended.returncode == 1
    down = [line.split() for line in ended.stdout.splitlines() if "DOWN" in line]
    assert down == [[port, "redis", "redis://127.0.0.1:9/0", "DOWN", "-"] for port in at_url_of("sessions")]
    assert "sessions: Redis cannot be reached" in ended.stderr.splitlines()


async def test_check_names_a_database_that_is_not_migrated(servers: Servers) -> None:
    async with fresh_sql(servers) as url:
        environment = {**MEMORY, **SECRET, "GATEWAY_PROGRESS_URL": url}
        ended = quadrangle("check", **environment)
        assert ended.returncode == 1
        states = {line.split()[0]: line.split()[3] for line in ended.stdout.splitlines()[1:]}
        assert {port for port, state in states.items() if state == "MIGRATE"} == {*at_url_of("progress")}
        assert {state for port, state in states.items() if port not in at_url_of("progress")} == {"LIVE"}
        assert ended.stderr == "progress: tables are missing: run `quadrangle migrate`\n"
        assert quadrangle("migrate", **environment).returncode == 0
        assert quadrangle("check", **environment).returncode == 0


def test_check_names_a_missing_database_of_influxdb(servers: Servers) -> None:
    if servers.influx_url is None:
        missing("InfluxDB: there is no influxd")
    url = urlsplit(servers.influx_url)._replace(path="/unknown").geturl()
    ended = quadrangle("check", **{**MEMORY, **SECRET, "GATEWAY_TIMELINE_URL": url})
    assert (ended.returncode, ended.stdout.count("MIGRATE")) == (1, 1)
    [line] = ended.stderr.splitlines()
    assert line.startswith("timeline: the database is missing: run `quadrangle migrate`")


def test_check_names_wrong_credentials(servers: Servers) -> None:
    without = with_login(servers.redis_url, "")
    ended = quadrangle("check", **{**MEMORY, **SECRET, "GATEWAY_LIVE_URL": without})
    assert ended.returncode == 1
    assert ended.stderr == "live: a password is required: the URL has none\n"


def test_check_reports_a_bad_trusted_document(tmp_path: Path) -> None:
    (tmp_path / "me.graphql").write_text("query Me { nothingOfTheKind }")
    ended = quadrangle("check", **MEMORY, **SECRET, GATEWAY_DOCUMENTS_PATH=str(tmp_path))
    line = "GATEWAY_DOCUMENTS_PATH: me.graphql, line 1: Cannot query field 'nothingOfTheKind' on type 'Query'."
    assert (ended.returncode, ended.stderr) == (1, f"quadrangle: {line}\n")


def test_check_reports_a_bad_key_file(tmp_path: Path) -> None:
    keys = tmp_path / "keys.pem"
    keys.write_text("no key")
    ended = quadrangle("check", **MEMORY, GATEWAY_AUTH_KEYS=str(keys))
    line = f"quadrangle: GATEWAY_AUTH_KEYS: {keys} is neither PEM nor JSON\n"
    assert (ended.returncode, ended.stderr) == (1, line)


def test_check_fetches_the_jwks() -> None:
    ended = quadrangle("check", **MEMORY, GATEWAY_AUTH_JWKS_URL="http://127.0.0.1:9/keys")
    assert (ended.returncode, ended.stderr) == (1, "GATEWAY_AUTH_JWKS_URL: cannot be used: ClientConnectorError\n")


@pytest.mark.parametrize(
    ("variable", "url", "line"),
    [
        (
            "GATEWAY_PROGRESS_URL",
            "postgresql://u:hunter2@h:port/db",
            "\n".join(f"{port}: the server's URL is not a valid one" for port in at_url_of("progress")),
        ),
        ("GATEWAY_TIMELINE_URL", "influxdb+http://u:hunter2@a..b/db", "timeline: InfluxDB cannot be reached"),
        (
            "GATEWAY_SESSIONS_URL",
            "redis://:hunter2@h/0?option=no",
            "quadrangle: GATEWAY_SESSIONS_URL: redis: the URL is malformed",
        ),
    ],
)
def test_check_reports_a_url_that_its_driver_refuses(variable: str, url: str, line: str) -> None:
    ended = quadrangle("check", **{**MEMORY, **SECRET, variable: url})
    assert (ended.returncode, ended.stderr) == (1, f"{line}\n")
