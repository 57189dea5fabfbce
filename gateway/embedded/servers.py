import asyncio
import os
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from gateway.embedded.embedded import Embedded, Notice
from gateway.embedded.errors import EmbeddedError, EndedAtStart
from gateway.embedded.folder import Folder, usable
from gateway.embedded.influxd import influxd_of
from gateway.embedded.ports import free_ports, is_free
from gateway.embedded.postgres import installed_postgres
from gateway.embedded.processes import end, runs, seen
from gateway.embedded.running import Running
from gateway.embedded.secantus import installed_secantus
from gateway.embedded.server import Server
from gateway.embedded.state import State
from gateway.embedded.valkey import installed_valkey
from gateway.embedded.wait_until import until

JOIN_SECONDS = 60.0
NOTHING: Mapping[str, str] = MappingProxyType({})


def installed_servers(*, influxd: Path | None, postgres_settings: Mapping[str, str] = NOTHING) -> tuple[Server, ...]:
    """What can be started here. A missing package is an error, a missing `influxd` (None) is not."""
    servers: tuple[Server, ...] = (
        installed_secantus(),
        installed_postgres(settings=postgres_settings),
        installed_valkey(),
    )
    return (*servers, influxd_of(influxd)) if influxd else servers


@asynccontextmanager
async def open_embedded(
    folder: Folder,
    *,
    owner: str,
    on_step: Callable[[str], None],
    influxd: Path | None,
    postgres_settings: Mapping[str, str] = NOTHING,
) -> AsyncIterator[Embedded]:
    """The servers of a data folder: joined when another process runs them, else started, and stopped at the end.

    `owner` is what others are told about us ("quadrangle demo"). Call it from the main thread.
    """
    lock = await _lock_or_none(folder)
    if lock is None:
        yield Embedded(Notice(folder, folder.read()), None)
        return
    with lock:
        servers = installed_servers(influxd=influxd, postgres_settings=postgres_settings)
        with usable(folder.path):
            await _end_orphans(folder.read(), on_step)
            ports = free_ports([server.role for server in servers], folder.read().ports, folder.path)
            notice = Notice(folder, State(owner=owner, process=seen(os.getpid()), ports=ports))
            notice.tell(notice.state)
            on_step("starting " + ", ".join(f"{server.name} ({server.version})" for server in servers))
        running = {server.role: _running(server, notice) for server in servers}
        try:
            with usable(folder.path):
                await _start_all(running.values(), folder)
                notice.tell(replace(notice.state, ready=True))
            yield Embedded(notice, running)
        finally:
            with suppress(OSError):
                notice.tell(replace(notice.state, ready=False))  # who comes now waits until we are gone
            await _stop_all(running.values())
            with suppress(FileNotFoundError):  # the folder went while we ran
                folder.write(State(ports={role: server.port for role, server in running.items()}))


def _running(server: Server, notice: Notice) -> Running:
    return Running(
        server,
        data=notice.folder.path / server.folder,
        port=notice.state.ports[server.role],
        changed=partial(notice.tell_of, server.role),
    )


async def _lock_or_none(folder: Folder) -> BinaryIO | None:
    """Wait until the folder is ours, or (None) its servers can be joined."""
    lock: BinaryIO | None = None

    async def settled() -> bool:
        nonlocal lock
        lock = folder.lock()
        return lock is not None or _can_be_joined(folder.read())

    if not await until(settled, seconds=JOIN_SECONDS):
        holder = folder.read().owner or "another process"
        raise EmbeddedError(f"{holder} holds {folder.path}, but does not get ready: stop it first")
    return lock


def _can_be_joined(state: State) -> bool:
    # Not whether all its servers run: one that died is for the stores to tell, waiting would not bring it back.
    return state.ready and state.process is not None and runs(state.process)


async def _end_orphans(before: State, on_step: Callable[[str], None]) -> None:
    orphans = [server.process for server in before.servers.values() if runs(server.process)]
    if orphans:
        on_step(f"ending servers that {before.owner} left behind")
        await end(orphans)


async def _start_all(running: Collection[Running], folder: Folder) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for server in running:
                others = [other for other in running if other is not server]
                group.create_task(_start(server, others, folder))
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def _start(server: Running, others: Collection[Running], folder: Folder) -> None:
    try:
        await server.start()
    except EndedAtStart:
        if is_free(server.port):
            raise
        # Somebody took the port since we chose it.
        taken = {other.server.role: other.port for other in others}
        server.port = free_ports([*taken, server.server.role], taken, folder.path)[server.server.role]
        await server.start()


async def _stop_all(running: Collection[Running]) -> None:
    try:
        await asyncio.gather(*(server.stop() for server in running))
    finally:  # also when somebody cancels the wait: then without asking
        for server in running:
            server.kill()
