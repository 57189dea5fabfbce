"""Processes that serve a bench's pages, each on a port of its own."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from gateway.embedded import parent_death_signal
from gateway.embedded.loopback import HOST, free_ports
from tests.e2e.command import PLAIN, TOP

START_SECONDS = 60


class Served:
    """A server process. It is ready once it accepts connections, and it gets SIGTERM if the bench ends."""

    def __init__(self, command: Sequence[str | Path], environment: Mapping[str, str], log: Path, folder: Path) -> None:
        [self.port] = free_ports([log.name], {}, folder).values()
        wrapper = [sys.executable, parent_death_signal.__file__, str(int(signal.SIGTERM)), str(os.getpid())]
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [*wrapper, *map(str, command)],
                cwd=TOP,
                env={**PLAIN, **environment, "PORT": str(self.port), "GATEWAY_PORT": str(self.port)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ready(self) -> None:
        """Wait until it accepts connections. Raises `SystemExit` if it ends before."""
        async with asyncio.timeout(START_SECONDS):
            while True:
                if self._process.poll() is not None:
                    raise SystemExit(f"{self._log.name} did not start:\n{self._log.read_text()[-2000:]}")
                with suppress(OSError):
                    _, writer = await asyncio.open_connection(HOST, self.port)
                    writer.close()
                    return
                await asyncio.sleep(0.05)

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
