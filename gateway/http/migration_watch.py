"""Which stores are not migrated: looked up when a gateway starts, and while migrations are pending or not known."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from gateway.config.pending_migrations import PortMigrations
from resolvers.health import Health
from stores.cancellation import cancel_and_wait
from stores.errors import Fault, Rejected

log = logging.getLogger("quadrangle.stores")
FindMigrations = Callable[[], Awaitable[Sequence[PortMigrations]]]
INTERVAL_SECONDS = 10.0
START_SECONDS = 1.0
"""The longest that the start waits for the first look."""


async def no_migrations() -> Sequence[PortMigrations]:
    """For stores that need none."""
    return []


@asynccontextmanager
async def watching_migrations(
    health: Health, find: FindMigrations, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> AsyncIterator[None]:
    """Tell `health` which stores are not migrated, until all are or the block ends."""
    looked = asyncio.Event()
    task = asyncio.create_task(_watch(health, find, looked, sleep), name="look for pending migrations")
    try:
        try:
            async with asyncio.timeout(START_SECONDS):
                await looked.wait()
        except TimeoutError:
            pass  # a store does not answer
        yield
    finally:
        await cancel_and_wait([task])


async def _watch(
    health: Health, find: FindMigrations, looked: asyncio.Event, sleep: Callable[[float], Awaitable[None]]
) -> None:
    logged: set[str] = set()
    failed = False
    while True:
        try:
            found = await find()
        except Exception:
            if not failed:
                log.exception("pending migrations cannot be listed")
            failed = True
            await sleep(INTERVAL_SECONDS)
            continue
        health.unmigrated = {port for each in found if each.pending for port in each.ports}
        lines = {each.port: line for each in found if (line := advice(each)) is not None}
        for port, line in lines.items():
            if line not in logged:
                log.warning("%s", line, extra={"store": port, "reason": Fault.MIGRATIONS_PENDING.value})
        logged = {*lines.values()}
        looked.set()
        if not any(each.pending or each.fault for each in found):
            return
        await sleep(INTERVAL_SECONDS)


def advice(found: PortMigrations) -> str | None:
    """What is wrong with the migrations of a port, None if nothing is. That a store does not answer is logged where its
    pings fail."""
    return str(found.fault) if isinstance(found.fault, Rejected) else found.advice
