"""One embedded server on its port."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from gateway.embedded.child_process import ChildProcess
from gateway.embedded.errors import ServerExited
from gateway.embedded.folder_state import ServerEntry
from gateway.embedded.loopback import is_free
from gateway.embedded.server_definition import ServerDefinition
from stores.backoff import Backoff

KEPT_LOG_BYTES = 1_000_000
# Child processes of a killed predecessor may keep its files open for a moment.
START_ATTEMPTS = 4


class RunningServer:
    """One server on its port. It can be stopped or killed while clients use it, and restarted on the same port.

    `changed` is called with the entry of each new process as soon as the process exists.
    """

    def __init__(
        self, server: ServerDefinition, *, data: Path, port: int, changed: Callable[[ServerEntry], None]
    ) -> None:
        self.server = server
        self.port = port
        self.data = data
        self._changed = changed
        self._child: ChildProcess | None = None
        self._wanted = False

    @property
    def unexpected_end(self) -> str | None:
        """How the process ended although we did not end it, such as "killed by SIGKILL"; None otherwise."""
        if not self._wanted or self._child is None or self._child.alive:
            return None
        return self._child.how_it_ended

    async def start(self) -> None:
        """Start the server and wait until it is ready. No effect if it runs. Raises `EmbeddedError`."""
        if self._child is not None and self._child.alive:
            return
        self.data.mkdir(exist_ok=True, mode=0o700)
        log = self.data / "log"
        if log.exists() and log.stat().st_size > KEPT_LOG_BYTES:
            log.replace(self.data / "log.old")
        backoff = Backoff(first=timedelta(seconds=0.2), longest=timedelta(seconds=1))
        for attempt in range(1, START_ATTEMPTS + 1):
            try:
                await self.server.prepare(self.data)
                await self._try_to_start()
                break
            except ServerExited:
                if attempt == START_ATTEMPTS or not is_free(self.port):
                    raise
                await asyncio.sleep(backoff.next_delay().total_seconds())
        await self.server.settle(self.data, self.port)
        self._wanted = True

    async def stop(self) -> None:
        """Stop the server and wait for its end."""
        self._wanted = False
        if self._child is not None:
            await self._child.stop()

    def kill(self) -> None:
        """Kill the server with SIGKILL."""
        self._wanted = False
        if self._child is not None:
            self._child.kill()

    async def _try_to_start(self) -> None:
        child = self._child = ChildProcess(self.server.command(self.data, self.port))
        started = ServerEntry(
            name=self.server.name,
            version=self.server.version,
            port=self.port,
            process=child.process,
            url=self.server.url(self.data, self.port),
        )
        self._changed(started)
        await child.wait_ready(lambda: self.server.answers(self.data, self.port))
