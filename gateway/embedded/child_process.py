"""A child process: start it, wait until it is ready, stop it, kill it."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from gateway.embedded.errors import EmbeddedError, ServerExited
from gateway.embedded.processes import Process, process_of, send_signal
from gateway.embedded.wait_until import wait_until

PARENT_DEATH_SIGNAL = Path(__file__).with_name("parent_death_signal.py")
START_SECONDS = 60.0
STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildCommand:
    """What to run. Output is appended to `log`; `reads` is the standard input.

    `environment` is the whole environment besides PATH and LC_ALL: nothing of ours is inherited. `wake` is called
    while the process stops, for a server that sleeps in a system call.
    """

    name: str
    arguments: Sequence[str]
    log: Path
    folder: Path
    stop_signal: signal.Signals = signal.SIGTERM
    environment: Mapping[str, str] = field(default_factory=dict)
    reads: Path = Path(os.devnull)
    wake: Callable[[], Awaitable[bool]] | None = None


class ChildProcess:
    """A process in its own session, so that Ctrl-C in the terminal reaches only the gateway, which then stops it."""

    def __init__(self, command: ChildCommand) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise EmbeddedError(
                "start the embedded servers from the main thread: they end with the thread that started them"
            )
        self._command = command
        wrapper = [
            sys.executable,
            "-I",
            "-S",
            str(PARENT_DEATH_SIGNAL),
            str(int(command.stop_signal)),
            str(os.getpid()),
        ]
        with command.log.open("ab") as log, command.reads.open("rb") as reads:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                [*wrapper, *command.arguments],
                stdin=reads,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=command.folder,
                env={"PATH": os.defpath, "LC_ALL": "C", **command.environment},
                start_new_session=True,
                umask=0o077,
            )
        self.process: Process = process_of(self.pid)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    @property
    def how_it_ended(self) -> str:
        """For a process that has ended: the signal that killed it, or its exit code."""
        code = self._process.poll()
        if code is None or code >= 0:
            return f"exit code {code}"
        return f"killed by {signal.Signals(-code).name if -code in set(signal.Signals) else f'signal {-code}'}"

    async def wait_ready(self, probe: Callable[[], Awaitable[bool]]) -> "ChildProcess":
        """Wait until `probe` succeeds. Raises `EmbeddedError` with a line of the log if the process ends or is late."""

        async def settled() -> bool:
            return not self.alive or await probe()

        try:
            in_time = await wait_until(settled, seconds=START_SECONDS)
            if not self.alive:  # a probe that succeeded reached another program
                raise ServerExited(f"{self._command.name} did not start: {self._log_line()}")
            if not in_time:
                raise EmbeddedError(f"{self._command.name} does not answer: {self._log_line()}")
        except BaseException:
            self.kill()
            raise
        return self

    async def wait_finished(self) -> None:
        """Wait for a command that ends by itself. Raises `EmbeddedError` with a line of its log if it fails."""
        try:
            await wait_until(self._ended, seconds=START_SECONDS)
        finally:
            self.kill()
        if self._process.returncode != 0:
            raise EmbeddedError(f"{self._command.name} could not be set up: {self._log_line()}")

    async def stop(self) -> None:
        """Send the stop signal, wait, and kill the process if it does not end. Harmless if it has ended."""
        if self.alive:
            send_signal(self.pid, self._command.stop_signal)
        await wait_until(self._stopped, seconds=STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """Send SIGKILL to the process and its session. Harmless if it has ended."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()

    async def _stopped(self) -> bool:
        if self.alive and self._command.wake is not None:
            await self._command.wake()
        return not self.alive

    async def _ended(self) -> bool:
        return not self.alive

    def _log_line(self) -> str:
        """The most informative line of this run's log, and the path of the log."""
        with self._command.log.open("rb") as log:
            log.seek(self._log_start)
            lines = [line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        errors = [line for line in lines if re.search(r"fatal|error|panic|cannot|could not", line, re.IGNORECASE)]
        line = (errors or lines or ["its log is empty"])[-1]
        return f"{line[:300]} (see {self._command.log})"
