"""What the tests of the embedded servers do with them: open a folder, store a word, look for it."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import asyncpg
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync
from pymongo import AsyncMongoClient
from redis.asyncio import Redis

from gateway.embedded.embedded_servers import EmbeddedServers
from gateway.embedded.folder import DataFolder
from gateway.embedded.influxd import find_influxd
from gateway.embedded.open_servers import open_embedded
from gateway.embedded.processes import Process, is_running
from gateway.embedded.restarts import RestartPolicy
from gateway.embedded.wait_until import wait_until

ROLES = ("mongo", "sql", "redis", "influx")


def opened(
    folder: DataFolder,
    *,
    owner: str = "a test",
    steps: list[str] | None = None,
    restart: RestartPolicy | None = None,
) -> AbstractAsyncContextManager[EmbeddedServers]:
    return open_embedded(
        folder,
        owner=owner,
        on_step=(steps if steps is not None else []).append,
        influxd=find_influxd(),
        restart=restart,
        postgres_settings={"fsync": "off"},
    )


@asynccontextmanager
async def connected(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def store_word(embedded: EmbeddedServers, role: str, word: str) -> None:
    """Store a word through the server's own protocol."""
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


async def has_word(embedded: EmbeddedServers, role: str, word: str) -> bool:
    """Whether the server has the word."""
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
    async with InfluxDBClientAsync(f"http://{place.partition('/')[0]}") as client:
        headers = {"Content-Type": "text/plain", "Content-Encoding": "identity"}
        headers["Authorization"] = f"Basic {b64encode(user.encode()).decode()}"
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
