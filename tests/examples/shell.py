"""Runs shell examples as they stand on the page, in a folder of their own.

The folder is that of the reader: `make demo` starts a small demo there, on a free port, and keeps its data in
.quadrangle. Commands that name no stores use those of the demo.
"""

import re
import signal
import subprocess
import sys
from contextlib import suppress
from os import killpg
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

from tests.e2e.command import PLAIN, TOP

WRAPPER = f"""#!/bin/sh
case "$1" in check|migrate|serve|relay|rebuild|import|replay|token|revoke)
    case " $* " in *" --data "*) ;; *) set -- "$@" --data .quadrangle ;; esac ;;
esac
exec {sys.executable} -m gateway "$@"
"""
MAKE = """#!/bin/sh
[ "$1" = demo ] || exit 64
exec quadrangle demo --learners 60 ${2#ARGS=}
"""
SECONDS = 60


class Running:
    """A command that runs until it is ended, and what it has printed."""

    def __init__(self, command: str, folder: Path, environment: dict[str, str]) -> None:
        self.printed = ""
        self._errors = folder / "stderr"
        self._lines: Queue[str] = Queue()
        with self._errors.open("w") as errors:
            self._process = subprocess.Popen(
                ["bash", "-euo", "pipefail", "-c", command],
                cwd=folder,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def wait_for(self, text: str) -> None:
        """Wait until it has printed a line with `text`, in which … stands for any text."""
        pattern = re.compile(".*".join(map(re.escape, text.split("…"))))
        while not (self.printed and pattern.search(self.printed)):
            try:
                self.printed += self._lines.get(timeout=SECONDS)
            except Empty:
                raise AssertionError(f"no {text!r} in {self.printed!r}; {self._errors.read_text()}") from None

    def end(self) -> None:
        """Send what Ctrl-C sends, and wait."""
        with suppress(ProcessLookupError):
            killpg(self._process.pid, signal.SIGINT)
        self._process.wait(timeout=SECONDS)
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
        assert "Traceback" not in self._errors.read_text()


class Shell:
    """The reader's folder, and the commands that run there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: list[Running] = []
        self._demo: tuple[str, Running] | None = None
        self._ports: dict[str, str] = {}
        for path, text in {"bin/quadrangle": WRAPPER, ".venv/bin/quadrangle": WRAPPER, "bin/make": MAKE}.items():
            self.write(path, text).chmod(0o755)
        (folder / ".env.example").symlink_to(TOP / ".env.example")
        self._environment = {
            **PLAIN,
            "GATEWAY_METRICS_LISTEN": "",  # the default: docs/metrics.md reads it
            "PATH": f"{folder}/bin:{PLAIN['PATH']}",
            "PYTHONPATH": str(TOP),
            "GATEWAY_PORT": "0",
        }

    @property
    def url(self) -> str:
        """Where the demo is."""
        return f"http://127.0.0.1:{self._ports['8000']}/graphql"

    def write(self, name: str, text: str) -> Path:
        """Write a file of the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, command: str) -> str:
        """Run commands to their end, and return what they print."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self._with_ports(command)],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, command: str) -> Running:
        """Start a command that runs until the page ends; a demo runs until another one is started."""
        if "make demo" in command:
            return self._start_demo(command)
        port = re.search(r"--port (\d+)", command)
        running = Running(self._with_ports(command, own=port), self.folder, self._environment)
        self._running.append(running)
        if port is not None:
            self._ports[port[1]] = self._ready_port(running)
        return running

    def _start_demo(self, command: str) -> Running:
        if self._demo is not None and self._demo[0] == command:
            return self._demo[1]
        self.end_demo()
        running = Running(command, self.folder, self._environment)
        self._demo = command, running
        self._ports["8000"] = self._ready_port(running)
        return running

    def end_page(self) -> None:
        """End what a page has started, the demo aside."""
        while self._running:
            self._running.pop().end()

    def end_demo(self) -> None:
        """End everything."""
        self.end_page()
        if self._demo is not None:
            self._demo[1].end()
            self._demo = None

    def _ready_port(self, running: Running) -> str:
        running.wait_for("ready http://")
        found = re.search(r"ready http://127\.0\.0\.1:(\d+)/", running.printed)
        assert found is not None
        return found[1]

    def _with_ports(self, command: str, own: re.Match[str] | None = None) -> str:
        """The command with the ports that were free in place of those on the page."""
        if own is not None:
            command = command.replace(own[0], "--port 0")
        for shown, port in self._ports.items():
            command = command.replace(f"127.0.0.1:{shown}/", f"127.0.0.1:{port}/")
        return command
