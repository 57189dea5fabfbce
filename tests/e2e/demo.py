"""A gateway's command as a process of its own, as a person or a supervisor runs it."""

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
PLAIN = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


def quadrangle(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        cwd=TOP,
        env={**PLAIN, **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


class Running:
    """A command that serves. `said` is the file of its stderr."""

    def __init__(self, process: "subprocess.Popen[str]", said: Path) -> None:
        self._process = process
        self._said = said
        self.url = ""

    @property
    def said(self) -> str:
        return self._said.read_text()

    def wait_ready(self) -> None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("ready http://"), self.said
        self.url = line.removeprefix("ready ").rstrip("\n")

    def ask(self, query: str, headers: Mapping[str, str] | None = None) -> Any:
        response = httpx2.post(self.url, json={"query": query}, headers=headers, timeout=30)
        return response.json()

    def end(self, sent: signal.Signals) -> int:
        """Send it a signal and wait; its exit code."""
        self._process.send_signal(sent)
        return self._process.wait(timeout=60)


@contextmanager
def running(*words: object, said: Path, **environment: str) -> Iterator[Running]:
    with (
        said.open("w") as stderr,
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
            yield Running(process, said)
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=60)
                except subprocess.TimeoutExpired:
                    process.kill()


def servers_of(folder: Path) -> list[Process]:
    """The server processes that a data folder's owner runs."""
    told = json.loads((folder / "state.json").read_text())
    return [Process(**server["process"]) for server in told["servers"].values()]
