"""Run the steps of an upgrade in child processes that are killed while they work.

Every request of a child passes a proxy. The child is killed with SIGKILL when it sends its n-th one, which still
reaches the server: the server does it, and the answer is lost.
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

from gateway.embedded.wait_until import wait_until
from stores.sql.core.pool import Pool
from tests.proxy import through_proxy
from tests.upgrade.old_stores import OldStores

BUSY = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'quadrangle' AND pid <> pg_backend_pid() AND state <> 'idle'
"""
LEASES = ("migration_leases", "outbox_leases", "outbox_holders")


@dataclass(slots=True)
class Fuse:
    """Kills the process `child` at its request number `at` (None: never). `burnt`: how many requests it has sent."""

    at: int | None
    child: int | None = None
    burnt: int = 0

    def burn(self) -> None:
        self.burnt += 1
        self.blow()

    def blow(self) -> None:
        """Kill the child if it is time. It may send before its process id is known."""
        if self.at is not None and self.child is not None and self.burnt >= self.at:
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(self.child, signal.SIGKILL)
            self.at = None


class Runner:
    """Runs steps in the children of one fork server, one at a time."""

    def __init__(self, server: Process) -> None:
        self._server = server

    async def run(self, stores: OldStores, step: str, *, kill_at: int | None = None) -> tuple[bool, int]:
        """Run a step. Returns whether it ended by itself, and how many requests it sent."""
        fuse = Fuse(kill_at)
        async with AsyncExitStack() as stack:
            urls, through = dict(stores.urls), dict[str, str]()
            for port, url in stores.urls.items():
                if not url.startswith("memory:") and url not in through:
                    proxy, through[url] = await stack.enter_async_context(through_proxy(url))
                    proxy.on_sent = fuse.burn
                urls[port] = through.get(url, url)
            assert self._server.stdin is not None
            self._server.stdin.write(f"{json.dumps({'step': step, 'urls': urls})}\n".encode())
            fuse.child = await self._answer()
            fuse.blow()
            status = await self._answer()
        assert status in {0, -signal.SIGKILL}, f"{step} failed"
        await forget_the_dead(stores.pool)
        return status == 0, fuse.burnt

    async def _answer(self) -> int:
        assert self._server.stdout is not None
        async with asyncio.timeout(60):
            return int(await self._server.stdout.readline())


async def forget_the_dead(pool: Pool) -> None:
    """Wait until the server has ended what a killed child began, and end the child's leases, as time would."""

    async def is_idle() -> bool:
        return not await pool.fetchval(BUSY)

    assert await wait_until(is_idle, seconds=20)
    for table in LEASES:
        if await pool.fetchval("SELECT to_regclass($1)", table):
            await pool.execute(f"DELETE FROM {table}")


@asynccontextmanager
async def killed_steps() -> AsyncIterator[Runner]:
    """A fork server. Its start takes as long as that of any command; its children start at once."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.upgrade.fork_server", stdin=PIPE, stdout=PIPE
    )
    try:
        yield Runner(server)
    finally:
        assert server.stdin is not None
        server.stdin.close()
        await server.wait()
