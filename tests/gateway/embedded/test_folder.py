"""The data folder of the embedded servers, and errors before a server starts."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from gateway.embedded.errors import EmbeddedError
from gateway.embedded.folder import DataFolder
from gateway.embedded.folder_state import FolderState, ServerEntry
from gateway.embedded.influxd import influxd_of
from gateway.embedded.package_files import file_in
from gateway.embedded.processes import end_processes, process_of
from gateway.embedded.run_as import UNCHANGED, RunAs, find_run_as

needs_root = pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="only root on Linux needs it")


async def test_the_secret_is_created_once_and_private(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    made = await asyncio.gather(*(asyncio.to_thread(DataFolder(folder.path).secret) for _ in range(8)))
    assert len(set(made)) == 1
    assert len(made[0]) >= 32
    assert stat.S_IMODE((folder.path / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert (folder.path / ".gitignore").read_text() == "*\n"
    await folder.reset()
    assert folder.secret() != made[0]


async def test_reset_deletes_our_data_and_no_other_file(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.make()
    folder.write(FolderState(ports={"sql": 1}))
    (folder.path / "sql").mkdir()
    (folder.path / "sql" / "log").touch()
    (folder.path / "notes.txt").touch()
    await folder.reset()
    assert {path.name for path in folder.path.iterdir()} == {"lock", ".gitignore", "notes.txt"}


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(EmbeddedError, match="has other files"):
        DataFolder(tmp_path).make()
    with pytest.raises(EmbeddedError, match=r"cannot use .*thesis\.tex"):
        DataFolder(tmp_path / "thesis.tex" / "data").lock()
    with pytest.raises(EmbeddedError, match=r"cannot use .*thesis\.tex"):
        DataFolder(tmp_path / "thesis.tex").read()


def sleeper() -> subprocess.Popen[bytes]:
    # A shell that starts the tests in the background ignores SIGINT, and the child would inherit that.
    return subprocess.Popen(["sleep", "60"], preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL))


async def test_only_the_processes_of_a_killed_owner_are_ended(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.make()
    with sleeper() as orphan, sleeper() as stranger:
        reused = replace(process_of(stranger.pid), started="another time")
        processes = {"redis": process_of(orphan.pid), "mongo": reused}
        servers = {
            role: ServerEntry(name=role, version="1", port=1, process=process, url="")
            for role, process in processes.items()
        }
        folder.write(FolderState(owner="killed", process=reused, ready=True, servers=servers))
        await end_processes(server.process for server in folder.read().servers.values())
        assert stranger.poll() is None
        assert orphan.wait(timeout=30) == -signal.SIGINT
        stranger.kill()


def test_a_missing_program_is_named() -> None:
    with pytest.raises(EmbeddedError, match=r"pip install 'quadrangle\[embedded\]'"):
        file_in("no_such_package", "*")
    with pytest.raises(EmbeddedError, match="/bin/false does not run: put another influxd"):
        influxd_of(Path("/bin/false"))
    with pytest.raises(EmbeddedError, match="/bin/echo is not InfluxDB 1 or 2"):
        influxd_of(Path("/bin/echo"))


@needs_root
def test_root_without_another_user_is_an_error() -> None:
    refused = RunAs(prefix=("/bin/false",), owner=0)
    with pytest.raises(EmbeddedError, match="PostgreSQL refuses to run as root"):
        find_run_as(Path("/bin/true"), ways=(refused,))
    assert find_run_as(Path("/bin/true"), ways=(refused, UNCHANGED)) is UNCHANGED
