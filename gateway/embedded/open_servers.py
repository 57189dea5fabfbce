"""Open the servers of a data folder: join those that run, or start them and stop them at the end."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from gateway.embedded.embedded_servers import EmbeddedServers, PublishedState
from gateway.embedded.errors import EmbeddedError, ServerExited
from gateway.embedded.folder import DataFolder, file_errors
from gateway.embedded.folder_state import FolderState
from gateway.embedded.influxd import influxd_of
from gateway.embedded.loopback import free_ports, is_free
from gateway.embedded.postgres import installed_postgres
from gateway.embedded.processes import end_processes, is_running, process_of
from gateway.embedded.restarts import RestartPolicy, restarting
from gateway.embedded.running_server import RunningServer
from gateway.embedded.secantus import installed_secantus
from gateway.embedded.server_definition import ServerDefinition
from gateway.embedded.valkey import installed_valkey
from gateway.embedded.wait_until import wait_until

JOIN_SECONDS = 60.0
NOTHING: Mapping[str, str] = MappingProxyType({})


def installed_servers(
    *, influxd: Path | None, postgres_settings: Mapping[str, str] = NOTHING
) -> tuple[ServerDefinition, ...]:
    """The servers that can be started on this machine. Without an `influxd` (None) there is no InfluxDB.

    Raises `EmbeddedError` if a package is missing.
    """
    servers: tuple[ServerDefinition, ...] = (
        installed_secantus(),
        installed_postgres(settings=postgres_settings),
        installed_valkey(),
    )
    return (*servers, influxd_of(influxd)) if influxd else servers


@asynccontextmanager
async def open_embedded(
    folder: DataFolder,
    *,
    owner: str,
    on_step: Callable[[str], None],
    influxd: Path | None,
    restart: RestartPolicy | None,
    postgres_settings: Mapping[str, str] = NOTHING,
) -> AsyncIterator[EmbeddedServers]:
    """The servers of a data folder: joined while another process runs them, else started, and stopped at the end.

    `owner` is what we call ourselves to other processes ("quadrangle demo"). `on_step` receives a line of text before
    each step that takes time. `restart`: how servers that end are restarted; None leaves them dead. Call it from the
    main thread: the kernel ends the servers with the thread that started them. Raises `EmbeddedError`, after the block
    also where a server ended too often.
    """
    lock = await _lock_or_none(folder)
    if lock is None:
        yield EmbeddedServers(PublishedState(folder, folder.read()), None)
        return
    with lock:
        servers = installed_servers(influxd=influxd, postgres_settings=postgres_settings)
        with file_errors(folder.path):
            await _end_orphans(folder.read(), on_step)
            ports = free_ports([server.role for server in servers], folder.read().ports, folder.path)
            published = PublishedState(folder, FolderState(owner=owner, process=process_of(os.getpid()), ports=ports))
            published.publish(published.state)
            on_step("starting " + ", ".join(f"{server.name} ({server.version})" for server in servers))
        running = {server.role: _running(server, published) for server in servers}
        try:
            with file_errors(folder.path):
                await _start_all(running.values(), folder)
                published.publish(replace(published.state, ready=True))
            async with restarting(running.values(), restart, on_step):
                yield EmbeddedServers(published, running)
        finally:
            with suppress(EmbeddedError):
                published.publish(replace(published.state, ready=False))  # a new opener waits until we have ended
            await _stop_all(running.values())
            with suppress(EmbeddedError):  # the folder was deleted while we ran
                folder.write(FolderState(ports={role: server.port for role, server in running.items()}))


def _running(server: ServerDefinition, published: PublishedState) -> RunningServer:
    return RunningServer(
        server,
        data=published.folder.path / server.folder,
        port=published.state.ports[server.role],
        changed=partial(published.publish_server, server.role),
    )


async def _lock_or_none(folder: DataFolder) -> BinaryIO | None:
    """Wait for the folder's lock; None once the servers of its holder can be joined instead."""
    lock: BinaryIO | None = None

    async def settled() -> bool:
        nonlocal lock
        lock = folder.lock()
        return lock is not None or _can_be_joined(folder.read())

    if not await wait_until(settled, seconds=JOIN_SECONDS):
        holder = folder.read().owner or "another process"
        raise EmbeddedError(f"{holder} holds {folder.path} but its servers are not ready: stop it first")
    return lock


def _can_be_joined(state: FolderState) -> bool:
    # A server that died does not matter here: waiting would not restart it, and the stores report it.
    return state.ready and state.process is not None and is_running(state.process)


async def _end_orphans(before: FolderState, on_step: Callable[[str], None]) -> None:
    orphans = [server.process for server in before.servers.values() if is_running(server.process)]
    if orphans:
        on_step(f"stopping servers that {before.owner} left behind")
        await end_processes(orphans)


async def _start_all(running: Collection[RunningServer], folder: DataFolder) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for server in running:
                others = [other for other in running if other is not server]
                group.create_task(_start(server, others, folder))
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def _start(server: RunningServer, others: Collection[RunningServer], folder: DataFolder) -> None:
    try:
        await server.start()
    except ServerExited:
        if is_free(server.port):
            raise
        # Another program took the port after we chose it.
        taken = {other.server.role: other.port for other in others}
        server.port = free_ports([*taken, server.server.role], taken, folder.path)[server.server.role]
        await server.start()


async def _stop_all(running: Collection[RunningServer]) -> None:
    try:
        await asyncio.gather(*(server.stop() for server in running))
    finally:  # also if the wait is cancelled
        for server in running:
            server.kill()
