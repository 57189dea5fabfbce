"""The backends that the contract tests run on: for each port and backend, a function that opens an empty store.

Servers run for the whole session: embedded ones, or those of TEST_MONGO_URL, TEST_COCKROACH_URL, TEST_INFLUX_URL and
TEST_REDIS_URL. Stores are opened for each test.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from gateway.embedded.embedded_servers import EmbeddedServers
from stores.domain.persisted_documents import DocumentBounds
from stores.influx.timeline import InfluxTimeline
from stores.memory.activity import MemoryActivity
from stores.memory.catalog import MemoryCatalog
from stores.memory.documents import MemoryDocuments
from stores.memory.live import MemoryLive
from stores.memory.outbox import MemoryOutbox
from stores.memory.profiles import MemoryProfiles
from stores.memory.progress import MemoryProgress
from stores.memory.rates import MemoryRates
from stores.memory.revocations import MemoryRevocations
from stores.memory.sessions import MemorySessions
from stores.memory.timeline import MemoryTimeline
from stores.mongo.catalog import MongoCatalog
from stores.mongo.client import Database, open_mongo
from stores.mongo.course_cache import CourseCache
from stores.mongo.migrations import migrate_catalog, migrate_profiles
from stores.mongo.profiles import MongoProfiles
from stores.ports.activity import Activity
from stores.ports.outbox import Outbox
from stores.ports.progress import Progress
from stores.redis.client import open_redis
from stores.redis.documents import RedisDocuments
from stores.redis.live import RedisLive
from stores.redis.rates import RedisRates
from stores.redis.sessions import RedisSessions
from stores.sql.activity.activity import SqlActivity
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import open_pool, open_relaxed_pool
from stores.sql.outbox.outbox import SqlOutbox
from stores.sql.outbox.recent_commits import RecentCommits
from stores.sql.progress.progress import SqlProgress
from stores.sql.revocations.revocations import SqlRevocations
from stores.sql.timeline.timeline import SqlTimeline
from tests.influxdb import fresh_influx

Now = Callable[[], datetime]
REQUIRE_BACKENDS = os.environ.get("CI", "") == "true"
INFLUXD_BIN = os.environ.get("INFLUXD_BIN", "")
"""The binary of a second InfluxDB (2.x), which the tests start beside the one that `find_influxd` returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """The URLs of the session's servers; `influx_url` is None without an influxd."""

    mongo_url: str
    sql_url: str
    influx_url: str | None
    influx2_url: str | None = None
    redis_url: str


def missing(what: str) -> NoReturn:
    """Fail the test if CI requires all backends, else skip it, with this reason."""
    if REQUIRE_BACKENDS:
        pytest.fail(what)
    pytest.skip(what)


def named_servers(embedded: EmbeddedServers) -> Servers:
    """The embedded servers, except where the environment has a URL."""
    return Servers(
        mongo_url=os.environ.get("TEST_MONGO_URL") or embedded.mongo_url,
        sql_url=os.environ.get("TEST_COCKROACH_URL") or embedded.sql_url,
        influx_url=os.environ.get("TEST_INFLUX_URL") or embedded.influx_url,
        redis_url=os.environ.get("TEST_REDIS_URL") or embedded.redis_url,
    )


Ledger = tuple[Progress, Outbox]


@asynccontextmanager
async def memory_ledger(_: Servers) -> AsyncIterator[Ledger]:
    outbox = MemoryOutbox()
    yield MemoryProgress(outbox=outbox), outbox


@asynccontextmanager
async def sql_ledger(servers: Servers) -> AsyncIterator[Ledger]:
    filled = asyncio.Event()
    async with (
        fresh_sql(servers) as url,
        open_pool(url, size=8) as pool,
        open_relaxed_pool(url) as relaxed,
    ):
        await migrate(pool, "progress")
        recent = RecentCommits()
        yield SqlProgress(pool, filled=filled, recent=recent), SqlOutbox(relaxed, filled=filled, recent=recent)


CountedProgress = tuple[Progress, Activity]


@asynccontextmanager
async def memory_activity(_: Servers) -> AsyncIterator[CountedProgress]:
    progress = MemoryProgress()
    yield progress, MemoryActivity(progress)


@asynccontextmanager
async def sql_activity(servers: Servers) -> AsyncIterator[CountedProgress]:
    async with fresh_sql(servers) as url, open_pool(url, size=8) as pool, open_relaxed_pool(url) as relaxed:
        await migrate(pool, "progress")
        yield SqlProgress(pool), SqlActivity(relaxed)


@asynccontextmanager
async def memory_progress(_: Servers) -> AsyncIterator[MemoryProgress]:
    yield MemoryProgress()


@asynccontextmanager
async def fresh_sql(servers: Servers) -> AsyncIterator[str]:
    """The URL of a new schema, dropped at the end. A schema is created many times faster than a database."""
    name = f"test_{uuid4().hex}"
    url = urlsplit(servers.sql_url)
    async with open_pool(servers.sql_url, size=1) as pool:
        await pool.execute(f"CREATE SCHEMA {name}")
        try:
            yield url._replace(query=f"{url.query}&search_path={name}".lstrip("&")).geturl()
        finally:
            await pool.execute(f"DROP SCHEMA {name} CASCADE")


@asynccontextmanager
async def sql_progress(servers: Servers) -> AsyncIterator[SqlProgress]:
    async with fresh_sql(servers) as url, open_pool(url, size=8) as pool:
        await migrate(pool, "progress")
        yield SqlProgress(pool)


@asynccontextmanager
async def memory_profiles(_: Servers) -> AsyncIterator[MemoryProfiles]:
    yield MemoryProfiles()


@asynccontextmanager
async def memory_catalog(_: Servers) -> AsyncIterator[MemoryCatalog]:
    yield MemoryCatalog()


@asynccontextmanager
async def memory_sessions(_: Servers, now: Now) -> AsyncIterator[MemorySessions]:
    yield MemorySessions(now=now)


@asynccontextmanager
async def fresh_mongo(servers: Servers) -> AsyncIterator[Database]:
    """A new database, dropped at the end."""
    url = urlsplit(servers.mongo_url)._replace(path=f"/test_{uuid4().hex}")
    # The gateway's half a second may be too short for a first connection on a slow machine.
    async with open_mongo(url.geturl(), find_within=timedelta(seconds=20)) as database:
        await migrate_profiles(database)
        await migrate_catalog(database)
        try:
            yield database
        finally:
            await database.client.drop_database(database.name)


@asynccontextmanager
async def mongo_profiles(servers: Servers) -> AsyncIterator[MongoProfiles]:
    async with fresh_mongo(servers) as database:
        yield MongoProfiles(database)


@asynccontextmanager
async def mongo_catalog(servers: Servers) -> AsyncIterator[MongoCatalog]:
    async with fresh_mongo(servers) as database:
        yield MongoCatalog(database, cache=CourseCache())


@asynccontextmanager
async def fresh_redis(servers: Servers) -> AsyncIterator[tuple[Redis, str]]:
    """A client and a new key prefix, whose keys are deleted at the end."""
    prefix = f"test-{uuid4().hex}:"
    async with open_redis(servers.redis_url) as client:
        try:
            yield client, prefix
        finally:
            if keys := await keys_of(client, prefix):
                await client.delete(*keys)


async def keys_of(client: Redis, prefix: str) -> list[bytes]:
    return [key async for key in client.scan_iter(match=f"{prefix}*", count=1_000)]


@asynccontextmanager
async def redis_sessions(servers: Servers, now: Now) -> AsyncIterator[RedisSessions]:
    async with fresh_redis(servers) as (client, prefix):
        yield RedisSessions(client, now=now, prefix=prefix)


@asynccontextmanager
async def memory_documents(_: Servers, now: Now, bounds: DocumentBounds) -> AsyncIterator[MemoryDocuments]:
    yield MemoryDocuments(now=now, bounds=bounds)


@asynccontextmanager
async def redis_documents(servers: Servers, now: Now, bounds: DocumentBounds) -> AsyncIterator[RedisDocuments]:
    async with fresh_redis(servers) as (client, prefix):
        yield RedisDocuments(client, now=now, bounds=bounds, prefix=prefix)


@asynccontextmanager
async def memory_rates(_: Servers, now: Now) -> AsyncIterator[MemoryRates]:
    yield MemoryRates(now=now)


@asynccontextmanager
async def redis_rates(servers: Servers, _: Now) -> AsyncIterator[RedisRates]:
    async with fresh_redis(servers) as (client, prefix):
        yield RedisRates(client, prefix=prefix)


@asynccontextmanager
async def memory_revocations(_: Servers) -> AsyncIterator[MemoryRevocations]:
    yield MemoryRevocations()


@asynccontextmanager
async def sql_revocations(servers: Servers) -> AsyncIterator[SqlRevocations]:
    async with fresh_sql(servers) as url, open_relaxed_pool(url) as pool:
        await migrate(pool, "progress")
        yield SqlRevocations(pool)


@asynccontextmanager
async def memory_live(_: Servers) -> AsyncIterator[MemoryLive]:
    yield MemoryLive()


@asynccontextmanager
async def redis_live(servers: Servers) -> AsyncIterator[RedisLive]:
    async with fresh_redis(servers) as (client, prefix):
        yield RedisLive(client, prefix=prefix)


@asynccontextmanager
async def memory_timeline(_: Servers) -> AsyncIterator[MemoryTimeline]:
    yield MemoryTimeline()


@asynccontextmanager
async def sql_timeline(servers: Servers) -> AsyncIterator[SqlTimeline]:
    async with fresh_sql(servers) as url, open_relaxed_pool(url) as pool:
        await migrate(pool, "timeline")
        yield SqlTimeline(pool)


@asynccontextmanager
async def influx_timeline(servers: Servers) -> AsyncIterator[InfluxTimeline]:
    async with fresh_influx(servers.influx_url or missing("InfluxDB: there is no influxd")) as influx:
        yield InfluxTimeline(influx)


@asynccontextmanager
async def influx2_timeline(servers: Servers) -> AsyncIterator[InfluxTimeline]:
    async with fresh_influx(servers.influx2_url or missing("InfluxDB 2: INFLUXD_BIN is not set")) as influx:
        yield InfluxTimeline(influx)


Opener = Callable[[Servers], AbstractAsyncContextManager[Any]]
TimedOpener = Callable[[Servers, Now], AbstractAsyncContextManager[Any]]
BoundedOpener = Callable[[Servers, Now, DocumentBounds], AbstractAsyncContextManager[Any]]
# One table for each port: backend → opener of an empty store. A new backend is a new line.
PROFILES: dict[str, Opener] = {"memory": memory_profiles, "mongo": mongo_profiles}
CATALOG: dict[str, Opener] = {"memory": memory_catalog, "mongo": mongo_catalog}
LEDGERS: dict[str, Opener] = {"memory": memory_ledger, "sql": sql_ledger}
"""Progress, with the outbox that it writes to."""
ACTIVITY: dict[str, Opener] = {"memory": memory_activity, "sql": sql_activity}
"""Progress, with the activity that it counts."""
PROGRESS: dict[str, Opener] = {"memory": memory_progress, "sql": sql_progress}
TIMELINE: dict[str, Opener] = {"memory": memory_timeline, "influx": influx_timeline, "sql": sql_timeline}
if INFLUXD_BIN:
    TIMELINE["influx2"] = influx2_timeline
LIVE: dict[str, Opener] = {"memory": memory_live, "redis": redis_live}
REVOCATIONS: dict[str, Opener] = {"memory": memory_revocations, "sql": sql_revocations}
SESSIONS: dict[str, TimedOpener] = {"memory": memory_sessions, "redis": redis_sessions}
DOCUMENTS: dict[str, BoundedOpener] = {"memory": memory_documents, "redis": redis_documents}
RATES: dict[str, TimedOpener] = {"memory": memory_rates, "redis": redis_rates}
