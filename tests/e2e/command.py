"""Runs a command of the gateway as a process, as a user or a supervisor does."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from gateway.embedded.processes import Process

TOP = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "gateway"]
PLAIN = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    # Its default port may be taken by a gateway that runs beside the tests; a command would log that.
    "GATEWAY_METRICS_LISTEN": "off",
}


def quadrangle(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        cwd=TOP,
        env={**PLAIN, **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


class RunningCommand:
    """A command that serves; `log` is what it wrote to stderr."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self._process = process
        self._log = log
        self.url = ""

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_ready(self) -> None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("ready http://"), self.log
        self.url = line.removeprefix("ready ").rstrip("\n")

    def ask(self, query: str, headers: Mapping[str, str] | None = None) -> Any:
        response = httpx2.post(self.url, json={"query": query}, headers=headers, timeout=30)
        return response.json()

    def end(self, sent: signal.Signals) -> int:
        """Send a signal and wait; return the exit code."""
        self._process.send_signal(sent)
        return self.wait()

    def wait(self) -> int:
        """Wait for the end; return the exit code."""
        return self._process.wait(timeout=60)


@contextmanager
def running(*words: object, log: Path, **environment: str) -> Iterator[RunningCommand]:
    with (
        log.open("w") as stderr,
        subprocess.Popen(
            [*COMMAND, *map(str, words)],
            cwd=TOP,
            env={**PLAIN, **environment},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        ) as process,
    ):
        try:
            yield RunningCommand(process, log)
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=60)
                except subprocess.TimeoutExpired:
                    process.kill()


def servers_of(folder: Path) -> list[Process]:
    """The server processes of a data folder."""
    state = json.loads((folder / "state.json").read_text())
    return [Process(**server["process"]) for server in state["servers"].values()]
