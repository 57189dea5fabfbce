"""The embedded servers, for real: started, joined, stopped, killed and left behind."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync
from pymongo import AsyncMongoClient
from redis.asyncio import Redis

from gateway.embedded.embedded_servers import EmbeddedServers
from gateway.embedded.errors import EmbeddedError
from gateway.embedded.folder import DataFolder
from gateway.embedded.folder_state import ServerEntry
from gateway.embedded.influxd import find_influxd
from gateway.embedded.loopback import free_ports, is_free
from gateway.embedded.open_servers import open_embedded
from gateway.embedded.postgres import installed_postgres
from gateway.embedded.processes import Process, is_running
from gateway.embedded.run_as import AS_NOBODY, USER_NAMESPACE
from gateway.embedded.running_server import RunningServer
from gateway.embedded.wait_until import wait_until

ROLES = ("mongo", "sql", "redis", "influx")
needs_influxd = pytest.mark.skipif(find_influxd() is None, reason="there is no influxd")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
needs_root = pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="only root on Linux needs it")


def opened(
    folder: DataFolder, *, owner: str = "a test", steps: list[str] | None = None
) -> AbstractAsyncContextManager[EmbeddedServers]:
    return open_embedded(
        folder,
        owner=owner,
        on_step=(steps if steps is not None else []).append,
        influxd=find_influxd(),
        postgres_settings={"fsync": "off"},
    )


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    with asyncio.Runner() as runner:
        context = opened(DataFolder(tmp_path_factory.mktemp("embedded")), owner="quadrangle demo")
        yield runner.run(context.__aenter__())
        runner.run(context.__aexit__(None, None, None))


@asynccontextmanager
async def connected(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def put(embedded: EmbeddedServers, role: str, word: str) -> None:
    """Write a word through the server's own protocol."""
    match role:
        case "mongo":
            async with AsyncMongoClient[dict[str, str]](embedded.mongo_url) as mongo:
                await mongo.get_default_database().words.insert_one({"_id": word})
        case "sql":
            async with connected(embedded.sql_url) as sql:
                await sql.execute("CREATE TABLE IF NOT EXISTS words (word text PRIMARY KEY)")
                await sql.execute("INSERT INTO words VALUES ($1)", word)
        case "redis":
            async with Redis.from_url(embedded.redis_url) as redis:
                await redis.set(word, "1")
        case _:
            await influx(embedded, "POST", "/write", [("db", "quadrangle")], f'words word="{word}"'.encode())


async def holds(embedded: EmbeddedServers, role: str, word: str) -> bool:
    """Whether the server still has the word."""
    match role:
        case "mongo":
            async with AsyncMongoClient[dict[str, str]](embedded.mongo_url) as mongo:
                return await mongo.get_default_database().words.find_one({"_id": word}) is not None
        case "sql":
            async with connected(embedded.sql_url) as sql:
                return await sql.fetchval("SELECT word FROM words WHERE word = $1", word) is not None
        case "redis":
            async with Redis.from_url(embedded.redis_url) as redis:
                return await redis.get(word) is not None
        case _:
            query = [("db", "quadrangle"), ("q", "SELECT word FROM words")]
            return word in await influx(embedded, "GET", "/query", query)


async def influx(
    embedded: EmbeddedServers, method: str, path: str, query: list[tuple[str, str]], body: bytes | None = None
) -> str:
    assert embedded.influx_url is not None
    user, _, place = embedded.influx_url.removeprefix("influxdb+http://").rpartition("@")
    async with InfluxDBClientAsync(f"http://{place.partition('/')[0]}", token=user.partition(":")[2]) as client:
        headers = {"Content-Type": "text/plain", "Content-Encoding": "identity"}
        answer = await client.api_client.call_api(
            path, method, query_params=query, body=body, header_params=headers, response_type="str"
        )
        return str(answer)


def roles_of(embedded: EmbeddedServers) -> tuple[str, ...]:
    return ROLES if embedded.influx_url else ROLES[:3]


async def exists(folder: Path, pattern: str) -> bool:
    return any(folder.glob(pattern))


async def gone(*processes: Process) -> bool:
    async def all_gone() -> bool:
        return not any(is_running(process) for process in processes)

    return await wait_until(all_gone, seconds=60)


async def test_a_second_start_finds_the_data_and_the_ports_of_the_first(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    async with opened(folder) as first:
        ports = [server.port for server in first.servers]
        processes = [server.process for server in first.servers]
        assert not first.joined
        assert [server.name for server in first.servers][:3] == ["SecantusDB", "PostgreSQL 18", "Valkey"]
        for role in roles_of(first):
            await put(first, role, "kept")
    assert not any(is_running(process) for process in processes)
    assert folder.read().servers == {}
    async with opened(folder) as second:
        assert [server.port for server in second.servers] == ports
        assert [role for role in roles_of(second) if not await holds(second, role, "kept")] == []


async def test_postgres_is_serializable_and_asks_for_its_password(embedded: EmbeddedServers) -> None:
    settings = "SELECT current_setting('default_transaction_isolation'), current_setting('server_encoding')"
    async with connected(embedded.sql_url) as sql:
        assert tuple(await sql.fetchrow(settings) or ()) == ("serializable", "UTF8")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(embedded.sql_url, password="guessed")


async def test_a_second_opener_joins_and_cannot_stop_what_is_not_its_own(embedded: EmbeddedServers) -> None:
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


async def test_a_folder_is_joined_though_one_of_its_servers_died(embedded: EmbeddedServers) -> None:
    embedded.server("redis").kill()
    try:
        async with asyncio.timeout(30), opened(embedded.folder) as joined:
            assert joined.joined
    finally:
        await embedded.server("redis").start()


async def test_an_opener_that_comes_too_early_waits_for_the_owner(tmp_path: Path) -> None:
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
async def test_a_server_comes_back_where_it_was(embedded: EmbeddedServers, role: str, how: str) -> None:
    server = embedded.server(role)
    before = embedded.folder.read().servers[role]
    await put(embedded, role, f"{how}ped")
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
    assert await holds(embedded, role, f"{how}ped")


OWNER = """
import asyncio, sys
from pathlib import Path
from gateway.embedded.folder import DataFolder
from gateway.embedded.influxd import find_influxd
from gateway.embedded.open_servers import open_embedded

async def own():
    folder = DataFolder(Path(sys.argv[1]))
    async with open_embedded(folder, owner="killed", on_step=print, influxd=find_influxd()) as embedded:
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(own())
"""


def owner_of(folder: DataFolder) -> subprocess.Popen[str]:
    """Another process that opens the folder and then waits to be killed."""
    return subprocess.Popen([sys.executable, "-c", OWNER, folder.path], stdout=subprocess.PIPE, text=True)


@needs_linux
async def test_a_killed_owner_leaves_no_server_and_no_harm(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with owner_of(folder) as owner:
        assert owner.stdout is not None
        assert "ready\n" in iter(owner.stdout.readline, "")
        left = folder.read()
        async with opened(folder) as joined:
            await put(joined, "sql", "acknowledged")
        owner.kill()
    assert len(left.servers) >= 3
    assert await gone(*(server.process for server in left.servers.values()))
    async with opened(folder) as embedded:
        assert await holds(embedded, "sql", "acknowledged")


@needs_linux
async def test_an_owner_killed_in_its_first_start_leaves_nothing_half_made(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with owner_of(folder) as owner:
        assert await wait_until(lambda: exists(folder.path, "sql/cluster.*/base"), seconds=60)
        owner.kill()
    async with opened(folder) as embedded:
        await put(embedded, "sql", "works")


async def test_ports_that_others_took_are_left_to_them(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    listeners: list[socket.socket] = []

    def take(port: int) -> None:
        listeners.append(socket.create_server(("127.0.0.1", port)))

    def take_after_the_choice(step: str) -> None:
        if step.startswith("starting"):
            take(folder.read().ports["redis"])

    async with open_embedded(folder, owner="a test", on_step=take_after_the_choice, influxd=None) as embedded:
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
        await put(again, "mongo", "elsewhere")
    for listener in listeners:
        listener.close()


async def test_a_server_that_dies_at_its_start_is_quoted_and_the_others_are_stopped(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with pytest.raises(EmbeddedError) as raised:
        async with open_embedded(
            folder, owner="x", on_step=print, influxd=None, postgres_settings={"shared_buffers": "much"}
        ):
            pass
    message = str(raised.value)
    assert message.startswith("PostgreSQL 18 ")
    assert 'invalid value for parameter "shared_buffers": "much"' in message
    assert "\n" not in message
    assert all(is_free(port) for port in folder.read().ports.values())
    async with opened(folder):
        pass


async def test_servers_are_started_by_the_main_thread_only(tmp_path: Path) -> None:
    async def start() -> None:
        async with opened(DataFolder(tmp_path / "data")):
            pass

    with pytest.raises(EmbeddedError, match="from the main thread"):
        await asyncio.to_thread(asyncio.run, start())


async def test_logs_name_no_learner(embedded: EmbeddedServers) -> None:
    for role in roles_of(embedded):
        await put(embedded, role, "ada@example.org")
        assert await holds(embedded, role, "ada@example.org")
    with pytest.raises(asyncpg.UniqueViolationError):
        await put(embedded, "sql", "ada@example.org")
    for log in embedded.folder.path.glob("*/log*"):
        assert "ada@example" not in log.read_text()


@needs_root
async def test_postgres_runs_as_root_in_folders_that_are_roots_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    data = tmp_path / "sql"
    for way in (AS_NOBODY, USER_NAMESPACE, AS_NOBODY):  # what one way made, the other takes over
        postgres = installed_postgres(settings={"fsync": "off"}, ways=(way,))
        told: list[ServerEntry] = []
        server = RunningServer(postgres, data=data, port=free_ports(["sql"], {}, tmp_path)["sql"], changed=told.append)
        await server.start()
        async with connected(told[-1].url) as sql:
            assert await sql.fetchval("SELECT 1") == 1
        await server.stop()
