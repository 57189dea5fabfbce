"""The command line: an error that the user can correct is one line, never a traceback."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.__main__ import main
from gateway.cli.command_line import COMMANDS
from gateway.embedded.folder import DataFolder
from gateway.embedded.folder_state import FolderState
from gateway.embedded.processes import Process, process_of
from resolvers.schema import build_schema
from tests.e2e.command import PLAIN, TOP, quadrangle
from tests.gateway.cli.environment import MEMORY, NOWHERE, SECRET

NO_SECRET = (
    "GATEWAY_AUTH_SECRET is not set. It signs the tokens: set 32 bytes or more, or use the secret of a data folder"
)


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
        ("serve", {**MEMORY}, "GATEWAY_AUTH_SECRET, GATEWAY_AUTH_KEYS or GATEWAY_AUTH_JWKS_URL must be set"),
        ("serve", {**MEMORY, "GATEWAY_AUTH_SECRET": "hunter2"}, "GATEWAY_AUTH_SECRET: less than 32 bytes"),
        (
            "serve",
            {**MEMORY, **SECRET, "GATEWAY_SESSIONS_URL": "kafka://u:hunter2@h"},
            "GATEWAY_SESSIONS_URL: kafka:// cannot store sessions; use one of redis://, rediss://, memory:",
        ),
        (
            "serve --port 0",
            {**MEMORY, **SECRET, "GATEWAY_DOCUMENTS": "trusted"},
            "GATEWAY_DOCUMENTS=trusted needs GATEWAY_DOCUMENTS_PATH: a manifest, or a folder of .graphql files",
        ),
        ("documents build {full}", {}, "{full}: no .graphql file has an operation"),
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
        ("rebuild activity --course x", MEMORY, "there is no course x"),
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
        ("migrate", {**MEMORY, "GATEWAY_PROFILES_URL": "mongodb://127.0.0.1:9"}, "profiles: MongoDB cannot be reached"),
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


@pytest.mark.parametrize(
    "words",
    [
        ["watch"],
        ["watch", "--course", "a", "--learner", "b"],
        ["watch", "--registration", "a"],
        ["watch", "--course", "a", "--url", "ftp://h"],
        ["replay", "oulad", "x", "--speed", "0"],
        ["rebuild", "catalog"],
        ["rebuild", "activity", "--drop-old"],
        ["rebuild", "timeline", "--drop-old", "--course", "x"],
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
