"""A missing or wrong password is reported as such, not as a server that cannot be reached."""

import asyncio
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pymongo.errors import OperationFailure

from gateway.embedded.child_process import ChildCommand
from gateway.embedded.folder_state import ServerEntry
from gateway.embedded.loopback import free_ports
from gateway.embedded.running_server import RunningServer
from gateway.embedded.secantus import Secantus, installed_secantus
from stores.errors import Unavailable
from stores.mongo.catalog import MongoCatalog
from stores.mongo.client import open_mongo
from stores.mongo.client import translate_errors as translated_mongo
from stores.mongo.course_cache import CourseCache
from stores.mongo.profiles import MongoProfiles
from stores.redis.client import open_redis
from stores.redis.live import RedisLive
from stores.sql.core.pool import open_pool
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers

CREDENTIALS = "refuses the user or the password"


@pytest.mark.parametrize("user", ["quadrangle", "quadrangle:wrong", "stranger:wrong"])
async def test_sql_without_the_right_password(servers: Servers, user: str) -> None:
    url = urlsplit(servers.sql_url)
    refused = url._replace(netloc=f"{user}@{url.netloc.rpartition('@')[2]}").geturl()
    async with open_pool(refused, size=1) as pool:
        with pytest.raises(Unavailable, match=CREDENTIALS):
            await SqlProgress(pool).ping()


async def test_sql_with_an_unknown_database(servers: Servers) -> None:
    async with open_pool(urlsplit(servers.sql_url)._replace(path="/unknown").geturl(), size=1) as pool:
        with pytest.raises(Unavailable, match="there is no database of this name"):
            await SqlProgress(pool).ping()


@pytest.mark.parametrize("answer", [b"-NOAUTH Authentication required.\r\n", b"-WRONGPASS invalid pair\r\n"])
async def test_redis_without_the_right_password(answer: bytes) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1_000):
            writer.write(answer)
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with open_redis(f"redis://127.0.0.1:{port}/0") as client:
            with pytest.raises(Unavailable, match=CREDENTIALS):
                await RedisLive(client).ping()


@pytest.mark.parametrize("code", [13, 18])  # Unauthorized, AuthenticationFailed
async def test_mongodb_without_the_right_password(code: int) -> None:
    with pytest.raises(Unavailable, match=CREDENTIALS), translated_mongo("profiles"):
        raise OperationFailure("requires authentication", code=code)


class SecantusWithLogin(Secantus):
    """A SecantusDB that refuses clients that are not logged in."""

    def command(self, data: Path, port: int) -> ChildCommand:
        command = super().command(data, port)
        return replace(command, arguments=[*command.arguments, "--auth"])


async def test_the_ping_of_mongodb_needs_a_login(tmp_path: Path) -> None:
    """MongoDB answers its command `ping` without a login, so `check` would report a working store."""
    installed = installed_secantus()
    definition = SecantusWithLogin(packages=installed.packages, version=installed.version)
    started: list[ServerEntry] = []
    [port] = free_ports(["mongo"], {}, tmp_path).values()
    server = RunningServer(definition, data=tmp_path / "mongo", port=port, changed=started.append)
    await server.start()
    try:
        async with open_mongo(started[-1].url) as database:
            for store in (MongoProfiles(database), MongoCatalog(database, cache=CourseCache())):
                with pytest.raises(Unavailable, match=CREDENTIALS):
                    await store.ping()
    finally:
        await server.stop()
