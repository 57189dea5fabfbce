"""Each server of a real demo is killed and runs again; after the third end in a row the demo ends and says why."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.embedded.folder import DataFolder
from gateway.embedded.processes import Process, is_running
from tests.e2e.command import RunningCommand, quadrangle, running, servers_of

pytestmark = pytest.mark.slow
ROLES = ("mongo", "sql", "redis", "influx")
QUESTION = """{ course(key: "course-v1:Demo+SQL101+2026") { title enrollments(first: 3) { edges { node {
  learner { displayName timeline(first: 2) { edges { node { id } } } } progress { completion version } } } } } }"""
HEALTH = "{ storeHealth { store state } }"


def until(holds: Callable[[], bool], demo: RunningCommand) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, demo.log
        time.sleep(0.05)


def kill(folder: DataFolder, role: str) -> Process:
    killed = folder.read().servers[role].process
    os.kill(killed.pid, signal.SIGKILL)
    return killed


def runs_again(folder: DataFolder, role: str, killed: Process, demo: RunningCommand) -> None:
    """Wait until another process of the server is complete."""
    name = folder.read().servers[role].name
    until(lambda: folder.read().servers[role].process != killed, demo)
    until(lambda: demo.log.count(f"{name} runs again") == demo.log.count(f"{name} ended (killed"), demo)


def complete(demo: RunningCommand) -> Any:
    """The answer, once every store is live and answers it without an error."""
    answer: Any = None

    def whole() -> bool:
        nonlocal answer
        answer = demo.ask(QUESTION)
        health = demo.ask(HEALTH)["data"]["storeHealth"]
        return "errors" not in answer and all(store["state"] != "DOWN" for store in health)

    until(whole, demo)
    return answer


def test_each_killed_server_of_a_demo_runs_again(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with running("demo", "--data", folder.path, "--port", 0, "--learners", 10, log=tmp_path / "log") as demo:
        demo.wait_ready()
        before, ports = complete(demo), folder.read().ports
        for role in [role for role in ROLES if role in folder.read().servers]:
            killed = kill(folder, role)
            runs_again(folder, role, killed, demo)
            assert complete(demo) == before
        assert folder.read().ports == ports
        joined = quadrangle("check", "--data", folder.path)
        assert joined.stdout.count("DOWN") == 0, joined.stdout
        assert demo.end(signal.SIGTERM) == 0
        assert "Traceback" not in demo.log


@pytest.mark.parametrize("words", [("demo", "--learners", "10"), ("serve",)])
def test_the_third_end_in_a_row_ends_the_command(tmp_path: Path, words: tuple[str, ...]) -> None:
    folder = DataFolder(tmp_path / "data")
    with running(*words, "--data", folder.path, "--port", 0, log=tmp_path / "log") as served:
        served.wait_ready()
        for _ in range(2):
            killed = kill(folder, "redis")
            runs_again(folder, "redis", killed, served)
        servers = servers_of(folder.path)
        kill(folder, "redis")
        assert served.wait() == 1
        why = (
            f"quadrangle: Valkey ended 3 times in a row: the last time killed by SIGKILL (see {folder.path}/redis/log)"
        )
        assert served.log.splitlines()[-1] == why
        assert "Traceback" not in served.log
        assert not any(map(is_running, servers))
