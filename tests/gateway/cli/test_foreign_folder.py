"""A data folder that belongs to another user: every command with `--data` ends with one line."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.embedded.folder import DataFolder
from tests.e2e.command import COMMAND, PLAIN, TOP
from tests.gateway.datasets.small_oulad import write

# Root may read everything, so it gives up its capabilities.
UNPRIVILEGED = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", "--"] if os.geteuid() == 0 else []

pytestmark = pytest.mark.skipif(
    bool(UNPRIVILEGED) and shutil.which("setpriv") is None, reason="root without setpriv may read every file"
)


def run(*words: object) -> subprocess.CompletedProcess[str]:
    """A command to its end, without the privileges of root."""
    command = [*UNPRIVILEGED, *COMMAND, *map(str, words)]
    return subprocess.run(command, cwd=TOP, env=PLAIN, capture_output=True, text=True, timeout=100, check=False)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose content the tests make unreadable."""
    folder = DataFolder(tmp_path / "data")
    folder.secret()
    yield folder.path
    folder.path.chmod(0o700)


COMMANDS = [
    "token --sub x",
    "watch --course x",
    "watch --course x --token t",
    "check",
    "serve --port 0",
    "relay",
    "migrate",
    "rebuild timeline",
    "import oulad {oulad}",
    "replay oulad {oulad}",
    "demo --port 0",
    "demo --port 0 --reset",
]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_folder_that_may_not_be_entered(words: str, data: Path, tmp_path: Path) -> None:
    oulad = tmp_path / "oulad"
    oulad.mkdir()
    write(oulad)
    data.chmod(0o000)
    ended = run(*words.format(oulad=oulad).split(), "--data", data)
    *before, last = ended.stderr.splitlines()
    assert ended.returncode == 1
    assert last.startswith(f"quadrangle: cannot use {data}"), ended.stderr
    assert last.endswith(": Permission denied")
    assert not any("Traceback" in line for line in before)
    assert ended.stdout == ""


@pytest.mark.parametrize(("words", "file"), [("token --sub x", "secret"), ("check", "lock"), ("demo --port 0", "lock")])
def test_a_file_that_may_not_be_read(words: str, file: str, data: Path) -> None:
    (data / file).chmod(0o000)
    ended = run(*words.split(), "--data", data)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"quadrangle: cannot use {data / file}: Permission denied\n"


@pytest.mark.parametrize("words", ["token --sub x", "watch --course x", "demo --port 0"])
def test_a_path_that_no_folder_can_have(words: str, tmp_path: Path) -> None:
    path = tmp_path / ("x" * 300)
    ended = run(*words.split(), "--data", path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"quadrangle: cannot use {path}")
    assert len(ended.stderr.splitlines()) == 1
