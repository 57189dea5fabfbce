"""The embedded servers as real processes: started, joined, stopped, killed and orphaned."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from gateway.embedded.embedded_servers import EmbeddedServers
from gateway.embedded.errors import EmbeddedError
from gateway.embedded.folder import DataFolder
from gateway.embedded.folder_state import ServerEntry
from gateway.embedded.influxd import find_influxd
from gateway.embedded.loopback import free_ports, is_free
from gateway.embedded.open_servers import open_embedded
from gateway.embedded.postgres import installed_postgres
from gateway.embedded.processes import is_running
from gateway.embedded.run_as import AS_NOBODY, USER_NAMESPACE
from gateway.embedded.running_server import RunningServer
from gateway.embedded.wait_until import wait_until
from tests.gateway.embedded.words import connected, exists, has_word, opened, roles_of, store_word

needs_influxd = pytest.mark.skipif(find_influxd() is None, reason="there is no influxd")
needs_root = pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="only root on Linux needs it")


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    with asyncio.Runner() as runner:
        context = opened(DataFolder(tmp_path_factory.mktemp("embedded")), owner="quadrangle demo")
        yield runner.run(context.__aenter__())
        runner.run(context.__aexit__(None, None, None))


async def test_a_second_start_has_the_data_and_the_ports_of_the_first(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    async with opened(folder) as first:
        ports = [server.port for server in first.servers]
        processes = [server.process for server in first.servers]
        assert not first.joined
        assert [server.name for server in first.servers][:3] == ["SecantusDB", "PostgreSQL 18", "Valkey"]
        for role in roles_of(first):
            await store_word(first, role, "kept")
    assert not any(is_running(process) for process in processes)
    assert folder.read().servers == {}
    async with opened(folder) as second:
        assert [server.port for server in second.servers] == ports
        assert [role for role in roles_of(second) if not await has_word(second, role, "kept")] == []


async def test_postgres_is_serializable_and_requires_its_password(embedded: EmbeddedServers) -> None:
    settings = "SELECT current_setting('default_transaction_isolation'), current_setting('server_encoding')"
    async with connected(embedded.sql_url) as sql:
        assert tuple(await sql.fetchrow(settings) or ()) == ("serializable", "UTF8")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(embedded.sql_url, password="guessed")


async def test_a_second_opener_joins_and_cannot_stop_the_servers(embedded: EmbeddedServers) -> None:
    embedded.announce("http://127.0.0.1:8000/graphql")
    folder = embedded.folder
    async with opened(folder, owner="quadrangle import") as joined:
        assert joined.joined
        assert joined.servers == embedded.servers
        assert (joined.owner, joined.endpoint) == ("quadrangle demo", "http://127.0.0.1:8000/graphql")
        with pytest.raises(EmbeddedError, match="belong to quadrangle demo"):
            joined.server("sql")
    with pytest.raises(EmbeddedError, match="is in use by quadrangle demo: stop it first"):
        await folder.reset()


async def test_a_folder_can_be_joined_after_one_of_its_servers_died(embedded: EmbeddedServers) -> None:
    embedded.server("redis").kill()
    try:
        async with asyncio.timeout(30), opened(embedded.folder) as joined:
            assert joined.joined
    finally:
        await embedded.server("redis").start()


async def test_an_early_opener_waits_until_the_owner_is_ready(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    ready, leave = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def announced() -> AsyncIterator[EmbeddedServers]:
        async with opened(folder) as one:
            ready.set()
            yield one
            await leave.wait()

    async def own() -> bool:
        async with announced() as one:
            return one.joined

    owner = asyncio.create_task(own())
    assert await wait_until(lambda: exists(folder.path, "state.json"), seconds=60)
    assert not ready.is_set()
    async with opened(folder) as joined:
        assert ready.is_set()
        assert joined.joined
    leave.set()
    assert not await owner


@pytest.mark.parametrize("role", ["mongo", "sql", "redis", pytest.param("influx", marks=needs_influxd)])
@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_a_server_restarts_on_its_port_with_its_data(embedded: EmbeddedServers, role: str, how: str) -> None:
    server = embedded.server(role)
    before = embedded.folder.read().servers[role]
    await store_word(embedded, role, f"{how}ped")
    if how == "stop":
        await server.stop()
    else:
        server.kill()
    assert is_free(server.port)
    assert not is_running(before.process)
    await server.start()
    after = embedded.folder.read().servers[role]
    assert after == replace(before, process=after.process)
    assert after in embedded.servers
    assert is_running(after.process)
    assert await has_word(embedded, role, f"{how}ped")


async def test_ports_in_use_are_avoided(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    listeners: list[socket.socket] = []

    def take(port: int) -> None:
        listeners.append(socket.create_server(("127.0.0.1", port)))

    def take_after_the_choice(step: str) -> None:
        if step.startswith("starting"):
            take(folder.read().ports["redis"])

    async with open_embedded(
        folder, owner="a test", on_step=take_after_the_choice, influxd=None, restart=None
    ) as embedded:
        assert embedded.influx_url is None
        before = folder.read().ports
        assert before["redis"] != listeners[0].getsockname()[1]
        async with Redis.from_url(embedded.redis_url) as redis:
            assert await redis.ping()
    take(before["mongo"])
    async with opened(folder) as again:
        after = folder.read().ports
        assert after["mongo"] != before["mongo"]
        assert (after["sql"], after["redis"]) == (before["sql"], before["redis"])
        await store_word(again, "mongo", "elsewhere")
    for listener in listeners:
        listener.close()


async def test_the_log_of_a_server_that_exits_at_its_start_is_quoted_and_the_others_are_stopped(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with pytest.raises(EmbeddedError) as raised:
        async with open_embedded(
            folder, owner="x", on_step=print, influxd=None, restart=None, postgres_settings={"shared_buffers": "much"}
        ):
            pass
    message = str(raised.value)
    assert message.startswith("PostgreSQL 18 ")
    assert 'invalid value for parameter "shared_buffers": "much"' in message
    assert "\n" not in message
    assert all(is_free(port) for port in folder.read().ports.values())
    async with opened(folder):
        pass


async def test_servers_start_only_from_the_main_thread(tmp_path: Path) -> None:
    async def start() -> None:
        async with opened(DataFolder(tmp_path / "data")):
            pass

    with pytest.raises(EmbeddedError, match="from the main thread"):
        await asyncio.to_thread(asyncio.run, start())


async def test_logs_hold_no_learner_data(embedded: EmbeddedServers) -> None:
    for role in roles_of(embedded):
        await store_word(embedded, role, "ada@example.org")
        assert await has_word(embedded, role, "ada@example.org")
    with pytest.raises(asyncpg.UniqueViolationError):
        await store_word(embedded, "sql", "ada@example.org")
    for log in embedded.folder.path.glob("*/log*"):
        assert "ada@example" not in log.read_text()


@needs_root
async def test_postgres_runs_for_root_in_folders_that_only_root_may_enter(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    data = tmp_path / "sql"
    for way in (AS_NOBODY, USER_NAMESPACE, AS_NOBODY):  # each takes over the files of the other
        postgres = installed_postgres(settings={"fsync": "off"}, ways=(way,))
        entries: list[ServerEntry] = []
        server = RunningServer(
            postgres, data=data, port=free_ports(["sql"], {}, tmp_path)["sql"], changed=entries.append
        )
        await server.start()
        async with connected(entries[-1].url) as sql:
            assert await sql.fetchval("SELECT 1") == 1
        await server.stop()
