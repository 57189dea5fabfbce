"""The generated credentials of the embedded servers: who needs them, who sees them, and data of earlier versions."""

import asyncio
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pymongo import AsyncMongoClient
from redis.asyncio import Redis

from gateway.embedded.embedded_servers import EmbeddedServers
from gateway.embedded.errors import EmbeddedError
from gateway.embedded.folder import DataFolder
from gateway.embedded.folder_state import ServerEntry
from gateway.embedded.influxd import Influxd1, find_influxd, influxd_of
from gateway.embedded.loopback import ask, free_ports
from gateway.embedded.running_server import RunningServer
from gateway.embedded.secantus import installed_secantus
from gateway.embedded.server_definition import ServerDefinition
from gateway.embedded.valkey import installed_valkey
from tests.backends import missing
from tests.gateway.embedded.earlier_servers import OpenInfluxd1, OpenSecantus, OpenValkey
from tests.gateway.embedded.words import has_word, opened, roles_of, store_word

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    with asyncio.Runner() as runner:
        context = opened(DataFolder(tmp_path_factory.mktemp("credentials")))
        yield runner.run(context.__aenter__())
        runner.run(context.__aexit__(None, None, None))


def secrets_of(embedded: EmbeddedServers) -> list[str]:
    return [urlsplit(server.url).password or "" for server in embedded.servers]


def session_of(pid: int) -> Iterator[Path]:
    """The folders in /proc of all processes in the session of this one. Each server has its own."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(process.name)) == pid:
                yield process
        except ProcessLookupError:
            continue


def test_each_server_has_a_password_of_its_own(embedded: EmbeddedServers) -> None:
    secrets = secrets_of(embedded)
    assert len(set(secrets)) == len(roles_of(embedded))
    assert all(len(secret) >= 32 for secret in secrets)


@needs_proc
def test_command_lines_and_environments_hold_no_password(embedded: EmbeddedServers) -> None:
    seen = b""
    for server in embedded.servers:
        processes = list(session_of(server.pid))
        assert processes
        for process in processes:
            seen += (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    assert b"PATH=" in seen
    assert [secret for secret in secrets_of(embedded) if secret.encode() in seen] == []


def test_only_private_files_hold_passwords_and_no_log_does(embedded: EmbeddedServers) -> None:
    secrets = [secret.encode() for secret in secrets_of(embedded)]
    texts = {path: path.read_bytes() for path in embedded.folder.path.rglob("*") if path.is_file()}
    holders = [path for path, text in texts.items() if any(secret in text for secret in secrets)]
    assert {path.name for path in holders} <= {"password", "token", "state.json", "valkey.conf", "bolt"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in holders} == {0o600}
    assert {stat.S_IMODE(path.parent.stat().st_mode) for path in holders} == {0o700}


async def test_influxdb_answers_no_statement_without_a_login(embedded: EmbeddedServers) -> None:
    influx = embedded.by_role.get("influx") or missing("InfluxDB: there is no influxd")
    await store_word(embedded, "influx", "kept")
    requests = [
        ("GET", "/query?db=quadrangle&q=SELECT+word+FROM+words", b""),
        ("POST", "/query?db=quadrangle&q=DROP+MEASUREMENT+words", b""),
        ("POST", "/query", b"db=quadrangle&q=DROP+MEASUREMENT+words"),
        ("POST", "/query?q=CREATE+USER+evil+WITH+PASSWORD+'x'+WITH+ALL+PRIVILEGES", b""),
        ("POST", "/write?db=quadrangle", b'words word="forged"'),
        ("POST", "/write?db=quadrangle&u=quadrangle&p=guessed", b'words word="forged"'),
    ]
    for host in ("127.0.0.1", "rebound.example"):
        for method, path, body in requests:
            headers = {"Host": host, "Origin": "http://evil.example", "Content-Type": "text/plain"}
            status, text = await ask(influx.port, path, method=method, body=body, headers=headers)
            assert status == 401, path
            assert b"kept" not in text
    for path in ("/metrics", "/debug/vars", "/debug/requests?seconds=1", "/debug/pprof/"):  # they ask for no login
        _, text = await ask(influx.port, path, method="GET")
        assert b"kept" not in text
        assert b"words" not in text
    assert await has_word(embedded, "influx", "kept")
    assert not await has_word(embedded, "influx", "forged")


async def test_the_other_servers_carry_out_nothing_that_a_page_can_send(embedded: EmbeddedServers) -> None:
    """What a browser sends is HTTP; its body may be any text, here commands of the server behind the port."""
    await store_word(embedded, "redis", "kept")
    commands = b"SET forged 1\r\nFLUSHALL\r\n"
    for role in ("mongo", "sql", "redis"):
        port = embedded.by_role[role].port
        with pytest.raises(EmbeddedError, match="closed the connection"):
            await ask(port, "/", body=commands, headers={"Host": "rebound.example", "Content-Type": "text/plain"})
    reader, writer = await asyncio.open_connection("127.0.0.1", embedded.by_role["redis"].port)
    writer.write(commands)
    assert await reader.readline() + await reader.readline() == b"-NOAUTH Authentication required.\r\n" * 2
    writer.close()
    await writer.wait_closed()
    assert await has_word(embedded, "redis", "kept")
    assert not await has_word(embedded, "redis", "forged")


async def test_mongodb_has_one_user(embedded: EmbeddedServers) -> None:
    async with AsyncMongoClient[dict[str, object]](embedded.mongo_url) as mongo:
        known = await mongo.admin["system.users"].find().to_list()
    assert [(user["db"], user["user"]) for user in known] == [("admin", "quadrangle")]


@dataclass(frozen=True, slots=True)
class EarlierFolder:
    """Runs the servers of a folder as an earlier version did, one after the other."""

    folder: DataFolder

    async def store_words(self) -> list[str]:
        """The roles of the servers that store one. An InfluxDB 2 had a token already."""
        mongo, redis = installed_secantus(), installed_valkey()
        earlier: list[ServerDefinition] = [
            OpenSecantus(packages=mongo.packages, version=mongo.version),
            OpenValkey(program=redis.program, version=redis.version),
        ]
        if (influxd := find_influxd()) and isinstance(influx := influxd_of(influxd), Influxd1):
            earlier.append(OpenInfluxd1(program=influx.program, version=influx.version))
        self.folder.make()
        for definition in earlier:
            await self._store_word(definition)
        return [definition.role for definition in earlier]

    async def _store_word(self, definition: ServerDefinition) -> None:
        started: list[ServerEntry] = []
        [port] = free_ports([definition.role], {}, self.folder.path).values()
        data = self.folder.path / definition.folder
        server = RunningServer(definition, data=data, port=port, changed=started.append)
        try:
            await server.start()
            url = started[-1].url
            assert urlsplit(url).password is None
            match definition.role:
                case "mongo":
                    async with AsyncMongoClient[dict[str, str]](url) as mongo:
                        await mongo.get_default_database().words.insert_one({"_id": "old"})
                        await mongo.quadrangle.command("createUser", "planted", pwd="x", roles=["readWrite"])
                case "redis":
                    async with Redis.from_url(url) as redis:
                        await redis.set("old", "1")
                case _:
                    status, _ = await ask(port, "/write?db=quadrangle", body=b'words word="old"')
                    assert status == 204
            await server.stop()
        finally:
            server.kill()


async def test_data_of_a_version_without_credentials_get_them_at_the_first_start(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    earlier = await EarlierFolder(folder).store_words()
    for _ in range(2):
        async with opened(folder) as embedded:
            assert [role for role in earlier if not await has_word(embedded, role, "old")] == []
            await test_mongodb_has_one_user(embedded)


async def test_a_start_that_was_killed_after_it_created_the_users_is_continued(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    async with opened(folder) as embedded:
        for role in roles_of(embedded):
            await store_word(embedded, role, "kept")
    for marker in [*folder.path.glob("*/user"), *folder.path.glob("influx2/ready")]:
        marker.unlink()
    async with opened(folder) as embedded:
        assert [role for role in roles_of(embedded) if not await has_word(embedded, role, "kept")] == []


async def test_a_foreign_administrator_of_influxdb_is_reported(tmp_path: Path) -> None:
    """A page that found the port of an earlier version could create one."""
    influx = influxd_of(find_influxd() or missing("InfluxDB: there is no influxd"))
    if not isinstance(influx, Influxd1):
        missing("InfluxDB 1: the influxd is another version")
    earlier = OpenInfluxd1(program=influx.program, version=influx.version)
    [port] = free_ports(["influx"], {}, tmp_path).values()
    server = RunningServer(earlier, data=tmp_path / "influx1", port=port, changed=lambda entry: None)
    try:
        await server.start()
        status, _ = await ask(port, "/query?q=CREATE+USER+evil+WITH+PASSWORD+'x'+WITH+ALL+PRIVILEGES")
        assert status == 200
        await server.stop()
        server.server = replace(influx)
        with pytest.raises(EmbeddedError, match="has an administrator that this program did not create"):
            await server.start()
    finally:
        server.kill()
