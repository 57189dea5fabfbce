"""One process that serves: its start, the line by which it says that it is ready, and its end."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import cast

START_COMMAND = Path(__file__).with_name("start_command.py")
READY = b"ready "


class ServingProcess:
    """A process in its own session, so that Ctrl-C in the terminal reaches only the supervisor."""

    def __init__(self, process: Process, output: asyncio.StreamReader) -> None:
        self._process = process
        self._output = output

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code; negative for a signal that killed it, None while it runs."""
        return self._process.returncode

    async def ready(self, within: timedelta) -> bool:
        """Wait until it prints that it is ready. False if it ends before; it is killed if it takes too long."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                return (await self._output.readline()).startswith(READY)
        except TimeoutError:
            self.kill()
            return False

    async def ended(self) -> str:
        """Wait for its end; how it ended, such as "exit code 1" or "killed by SIGKILL"."""
        code = await self._process.wait()
        if code >= 0:
            return f"exit code {code}"
        return f"killed by {signal.Signals(-code).name if -code in set(signal.Signals) else f'signal {-code}'}"

    def stop(self) -> None:
        """Ask it to end; a second time: to end at once. Harmless if it has ended."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once. Harmless if it has ended."""
        self._send(signal.SIGKILL)

    def _send(self, sent: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(sent)


async def start_command(arguments: Sequence[str], *, passed: socket.socket) -> ServingProcess:
    """Start a command of the gateway, with our environment, our import path, and a socket of ours. It gets SIGTERM when
    we end. It must print `ready …`, and no more, on stdout."""
    path = os.pathsep.join(map(os.path.abspath, sys.path))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", str(START_COMMAND), str(os.getpid()), path, *arguments),
        stdin=DEVNULL,
        stdout=PIPE,
        pass_fds=[passed.fileno()],
        start_new_session=True,
    )
    return ServingProcess(process, cast("asyncio.StreamReader", process.stdout))
