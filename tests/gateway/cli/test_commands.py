"""The command line: an error that the user can correct is one line, never a traceback."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from gateway.__main__ import main
from gateway.cli.command_line import COMMANDS
from gateway.config.backends import PORTS_WITH_URL
from gateway.config.settings import url_variable
from gateway.embedded.folder import DataFolder
from gateway.embedded.folder_state import FolderState
from gateway.embedded.processes import Process, process_of
from gateway.http.auth.tokens import Tokens
from resolvers.schema import build_schema
from resolvers.viewer import Role, Viewer
from tests.e2e.command import PLAIN, TOP, quadrangle, running
from tests.gateway.datasets.small_oulad import RESULTS, with_line, write

MEMORY = {url_variable(port): "memory:" for port in PORTS_WITH_URL}
SECRET = {"GATEWAY_AUTH_SECRET": "a secret that nobody knows but this file"}
NO_SECRET = (
    "GATEWAY_AUTH_SECRET is not set. It signs the tokens: set 32 bytes or more, or use the secret of a data folder"
)
NOWHERE = "redis://u:hunter2@127.0.0.1:9/0"


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)])
def test_help_has_examples(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([*words, "--help"])
    assert end.value.code == 0
    assert "example" in capsys.readouterr().out


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("quadrangle ")


@pytest.mark.parametrize(
    ("words", "environment", "line"),
    [
        (
            "check",
            {"GATEWAY_PROFILE_URL": "x"},
            "GATEWAY_PROFILE_URL: no such setting; did you mean GATEWAY_PROFILES_URL?",
        ),
        ("serve", {**MEMORY}, NO_SECRET),
        ("serve", {**MEMORY, "GATEWAY_AUTH_SECRET": "hunter2"}, "GATEWAY_AUTH_SECRET: less than 32 bytes"),
        (
            "serve",
            {**MEMORY, **SECRET, "GATEWAY_SESSIONS_URL": "kafka://u:hunter2@h"},
            "GATEWAY_SESSIONS_URL: kafka:// cannot store sessions; use one of redis://, rediss://, memory:",
        ),
        ("demo --host 192.0.2.1 --data {tmp}", {}, "cannot listen on 192.0.2.1 port 8000: "),
        (
            "demo --port 0 --data {full}",
            {},
            "{full} has other files and no gateway data: name an empty or a new folder",
        ),
        ("token --sub x", {}, NO_SECRET),
        (
            "token --sub x --data {tmp}",
            {},
            "{tmp} is not a data folder yet: start `quadrangle demo --data {tmp}` first",
        ),
        ("import oulad {tmp}", MEMORY, "{tmp}: no such folder"),
        ("replay oulad {tmp}", MEMORY, "{tmp}: no such folder"),
        ("rebuild timeline --course x", MEMORY, "there is no course x"),
        ("rebuild progress --course x", MEMORY, "there is no course x"),
        ("rebuild progress --learner x", MEMORY, "learner x has no enrolment"),
        (
            "watch --course x --data {tmp}",
            {},
            "{tmp} is not a data folder yet: start `quadrangle demo --data {tmp}` first",
        ),
        (
            "watch --course x --url http://u:hunter2@127.0.0.1:9/graphql",
            {},
            "no gateway answers at http://127.0.0.1:9/graphql (",
        ),
        ("migrate", {**MEMORY, "GATEWAY_PROFILES_URL": "mongodb://127.0.0.1:9"}, "mongodb: "),
    ],
)
def test_an_error_that_the_user_can_correct_is_one_line(
    words: str, environment: dict[str, str], line: str, tmp_path: Path
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.txt").touch()
    ended = quadrangle(*words.format(tmp=tmp_path / "none", full=full).split(), **environment)
    *_, last = ended.stderr.splitlines()
    assert ended.returncode == 1
    assert last.startswith(f"quadrangle: {line.format(tmp=tmp_path / 'none', full=full)}")
    assert "Traceback" not in ended.stderr
    assert "hunter2" not in ended.stderr + ended.stdout
    assert ended.stdout == ""


def test_serve_reports_all_missing_settings_at_once() -> None:
    ended = quadrangle("serve")
    assert ended.returncode == 1
    assert [line.split()[1] for line in ended.stderr.splitlines()] == ["GATEWAY_AUTH_SECRET", "GATEWAY_PROFILES_URL,"]


@pytest.mark.parametrize("command", ["serve", "demo --data {tmp}"])
def test_a_port_in_use_is_reported_before_a_server_starts(command: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        words = command.format(tmp=tmp_path / "data").split()
        ended = quadrangle(*words, "--port", port, **MEMORY, **SECRET)
    assert ended.returncode == 1
    assert ended.stderr == (
        f"quadrangle: port {port} of 127.0.0.1 is already in use: choose another with --port (0 takes a free one)\n"
    )
    assert not (tmp_path / "data" / "sql").exists()


def test_a_second_demo_reports_the_endpoint_of_the_first(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.make()
    url = "http://127.0.0.1:1234/graphql"
    folder.write(FolderState(owner="quadrangle demo", process=process_of(1), endpoint=url))
    second = quadrangle("demo", "--data", tmp_path)
    assert (second.returncode, second.stderr) == (1, f"quadrangle: quadrangle demo already serves {tmp_path}: {url}\n")
    folder.write(FolderState(owner="quadrangle demo", process=Process(pid=1, started="long ago"), endpoint=url))
    assert "already serves" not in quadrangle("demo", "--data", tmp_path, "--host", "192.0.2.1").stderr


def test_a_missing_package_is_one_line() -> None:
    program = "import sys; sys.modules['redis'] = None; from gateway.__main__ import main; sys.exit(main(['check']))"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=TOP,
        env={**PLAIN, **MEMORY, "GATEWAY_SESSIONS_URL": NOWHERE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("quadrangle: the Python package redis is missing: pip install")
    assert "Traceback" not in ended.stderr


def test_check_reports_the_store_that_does_not_answer() -> None:
    ended = quadrangle("check", **MEMORY, **SECRET)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.count("LIVE") == 7
    ended = quadrangle("check", **{**MEMORY, "GATEWAY_SESSIONS_URL": NOWHERE})
    assert ended.returncode == 1
    [down] = [line for line in ended.stdout.splitlines() if "DOWN" in line]
    assert down.split() == ["sessions", "redis", "redis://127.0.0.1:9/0", "DOWN", "-"]
    assert "sessions: Redis cannot be reached" in ended.stderr.splitlines()


@pytest.mark.parametrize(
    ("variable", "url", "line"),
    [
        (
            "GATEWAY_PROGRESS_URL",
            "postgresql://u:hunter2@h:port/db",
            "progress: the server's URL is not a valid one\noutbox: the server's URL is not a valid one",
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


def test_an_import_reports_every_row(tmp_path: Path) -> None:
    ended = quadrangle("import", "oulad", write(tmp_path), **MEMORY)
    assert ended.returncode == 0, ended.stderr
    lines = [line.split() for line in ended.stdout.splitlines()]
    assert ["enrolments", "4"] in lines
    assert ["progress", "enrollments", "4", "4", "0", "0"] in lines
    assert ["profiles", "profiles", "3", "3", "0", "0"] in lines


def test_a_malformed_row_is_one_line_or_skipped_and_counted(tmp_path: Path) -> None:
    folder = write(tmp_path, **with_line(RESULTS, 2, "1752,11391,soon,0,78"))
    refused = quadrangle("import", "oulad", folder, **MEMORY)
    assert (refused.returncode, refused.stdout) == (1, "")
    *_, row, count = refused.stderr.splitlines()
    assert row.startswith(f"quadrangle: {RESULTS} row 2: date_submitted")
    assert count.startswith("quadrangle: 1 bad row")
    skipped = quadrangle("import", "oulad", folder, "--skip-bad", **MEMORY)
    assert skipped.returncode == 0, skipped.stderr
    assert [*f"skipped rows of {RESULTS}".split(), "1"] in [line.split() for line in skipped.stdout.splitlines()]


def test_a_replay_reports_its_result_in_one_line(tmp_path: Path) -> None:
    ended = quadrangle("replay", "oulad", write(tmp_path), "--speed", "1000d", **MEMORY)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("replayed all 15 events up to 23 Sep 2014 in 0:00:")
    unknown = quadrangle("replay", "oulad", tmp_path, "--course", "CCC/2014J", **MEMORY)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr.endswith("quadrangle: there is no run CCC/2014J; there are AAA/2013J, BBB/2014B\n")


@pytest.mark.parametrize(
    "words",
    [
        ["watch"],
        ["watch", "--course", "a", "--learner", "b"],
        ["watch", "--registration", "a"],
        ["watch", "--course", "a", "--url", "ftp://h"],
        ["replay", "oulad", "x", "--speed", "0"],
        ["rebuild", "catalog"],
        ["demo", "--live-rate", "0"],
        ["demo", "--live-rate", "5"],
        ["token", "--sub", "x", "--valid-for", "12"],
        ["token", "--sub", "x", "--valid-for", "0s"],
        ["token", "--sub", "x", "--valid-for", "999999999w"],
        ["token", "--sub", "x", "--valid-for", "3y"],
        ["token", "--sub", ""],
        ["token", "--sub", "x" * 513],
        ["token", "--sub", "x", "--course", "\udcff"],
    ],
)
def test_invalid_options_exit_with_2_and_a_message(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    assert f"quadrangle {words[0]}: error: " in capsys.readouterr().err


def test_the_schema_is_printed() -> None:
    assert quadrangle("schema").stdout == build_schema().as_str() + "\n"


def test_a_token_is_signed_with_the_secret_of_the_environment() -> None:
    ended = quadrangle("token", "--sub", "t", "--role", "INSTRUCTOR", "--course", "a", "--course", "b", **SECRET)
    viewer = Tokens(secret=SECRET["GATEWAY_AUTH_SECRET"]).viewer_of(ended.stdout.strip())
    assert viewer.expires_at is not None
    teacher = Viewer(subject="t", role=Role.INSTRUCTOR, courses=frozenset({"a", "b"}), expires_at=viewer.expires_at)
    assert viewer == teacher


def test_a_token_is_signed_with_the_secret_of_a_data_folder(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.make()
    ended = quadrangle("token", "--sub", "demo-0001", "--data", tmp_path)
    assert Tokens(secret=folder.secret()).viewer_of(ended.stdout.strip()).subject == "demo-0001"


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_logs_and_exits_with_0(sent: signal.Signals, tmp_path: Path) -> None:
    with running("serve", "--port", 0, log=tmp_path / "log", **MEMORY, **SECRET) as gateway:
        gateway.wait_ready()
        assert gateway.ask("{ __typename }")["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        token = quadrangle("token", "--sub", "x", "--role", "ADMIN", **SECRET).stdout.strip()
        headers = {"Authorization": f"Bearer {token}", "X-Request-Id": "mine"}
        assert gateway.ask("{ courses { edges { cursor } } }", headers) == {"data": {"courses": {"edges": []}}}
        assert httpx2.get(gateway.url.replace("graphql", "readyz")).json()["ready"] is True
        assert gateway.end(sent) == 0
        records = [json.loads(line) for line in gateway.log.splitlines()]
    assert [record["status"] for record in records if record.get("route") == "/graphql"] == [401, 200]
    assert "mine" in {record.get("request_id") for record in records}
    assert token not in gateway.log
