"""Which backend keeps which port: the URL's scheme decides. The only place that names backends.

Drivers are imported when their backend is chosen. Clients connect when first used, so that the gateway starts, and
answers what it can, whatever is down.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from gateway.config.settings import StoreUrls, variable_name
from gateway.config.store_clients import Now, StoreClients
from gateway.config.urls import Url
from gateway.runtime.errors import CommandError
from stores.errors import Rejected
from stores.ports.catalog import Catalog
from stores.ports.live import Live
from stores.ports.outbox import Outbox
from stores.ports.profiles import Profiles
from stores.ports.progress import Progress
from stores.ports.sessions import Sessions
from stores.ports.stores import Stores
from stores.ports.timeline import Timeline


async def memory_profiles(clients: StoreClients, url: Url) -> Profiles:
    from stores.memory.profiles import MemoryProfiles

    return MemoryProfiles()


async def memory_catalog(clients: StoreClients, url: Url) -> Catalog:
    from stores.memory.catalog import MemoryCatalog

    return MemoryCatalog()


async def memory_outbox(clients: StoreClients, url: Url) -> Outbox:
    from stores.memory.outbox import MemoryOutbox

    return clients.shared(url, MemoryOutbox)


async def memory_progress(clients: StoreClients, url: Url) -> Progress:
    from stores.memory.outbox import MemoryOutbox
    from stores.memory.progress import MemoryProgress

    return MemoryProgress(outbox=clients.shared(url, MemoryOutbox))


async def memory_live(clients: StoreClients, url: Url) -> Live:
    from stores.memory.live import MemoryLive

    return MemoryLive()


async def memory_timeline(clients: StoreClients, url: Url) -> Timeline:
    from stores.memory.timeline import MemoryTimeline

    return MemoryTimeline()


async def memory_sessions(clients: StoreClients, url: Url) -> Sessions:
    from stores.memory.sessions import MemorySessions

    return MemorySessions(now=clients.now)


async def mongo_profiles(clients: StoreClients, url: Url) -> Profiles:
    from stores.mongo.client import open_mongo
    from stores.mongo.profiles import MongoProfiles

    return MongoProfiles(await clients.client_for(url, open_mongo))


async def mongo_catalog(clients: StoreClients, url: Url) -> Catalog:
    from stores.mongo.catalog import MongoCatalog
    from stores.mongo.client import open_mongo
    from stores.mongo.course_cache import CourseCache

    return MongoCatalog(await clients.client_for(url, open_mongo), shelf=CourseCache())


async def sql_progress(clients: StoreClients, url: Url) -> Progress:
    from stores.sql.core.pool import open_pool
    from stores.sql.progress.progress import SqlProgress

    return SqlProgress(await clients.client_for(url, open_pool), filled=clients.shared(url, asyncio.Event))


async def sql_outbox(clients: StoreClients, url: Url) -> Outbox:
    from stores.sql.core.pool import open_relaxed_pool
    from stores.sql.outbox.outbox import SqlOutbox

    return SqlOutbox(await clients.client_for(url, open_relaxed_pool), filled=clients.shared(url, asyncio.Event))


async def sql_timeline(clients: StoreClients, url: Url) -> Timeline:
    from stores.sql.core.pool import open_pool
    from stores.sql.timeline.timeline import SqlTimeline

    return SqlTimeline(await clients.client_for(url, open_pool))


async def influx_timeline(clients: StoreClients, url: Url) -> Timeline:
    from stores.influx.client import open_influx
    from stores.influx.timeline import InfluxTimeline

    return InfluxTimeline(await clients.client_for(url, open_influx))


async def redis_sessions(clients: StoreClients, url: Url) -> Sessions:
    from stores.redis.client import open_redis
    from stores.redis.pubsub import PubSub
    from stores.redis.sessions import RedisSessions

    client = await clients.client_for(url, open_redis)
    return RedisSessions(client, now=clients.now, channels=clients.shared(url, PubSub, client))


async def redis_live(clients: StoreClients, url: Url) -> Live:
    from stores.redis.client import open_redis
    from stores.redis.live import RedisLive
    from stores.redis.pubsub import PubSub

    client = await clients.client_for(url, open_redis)
    return RedisLive(client, channels=clients.shared(url, PubSub, client))


Opener = Callable[[StoreClients, Url], Awaitable[Any]]
OPENERS: Mapping[str, Mapping[str, Opener]] = {
    "profiles": {"mongodb": mongo_profiles, "mongodb+srv": mongo_profiles, "memory": memory_profiles},
    "catalog": {"mongodb": mongo_catalog, "mongodb+srv": mongo_catalog, "memory": memory_catalog},
    "progress": {"cockroachdb": sql_progress, "postgresql": sql_progress, "memory": memory_progress},
    "timeline": {
        "influxdb+http": influx_timeline,
        "influxdb+https": influx_timeline,
        "postgresql": sql_timeline,
        "memory": memory_timeline,
    },
    "sessions": {"redis": redis_sessions, "rediss": redis_sessions, "memory": memory_sessions},
    "live": {"redis": redis_live, "rediss": redis_live, "memory": memory_live},
    "outbox": {"cockroachdb": sql_outbox, "postgresql": sql_outbox, "memory": memory_outbox},
}
FOLLOWS = {"outbox": "progress"}
"""A port that is kept where another one is: one transaction writes both."""


def url_of(urls: StoreUrls, port: str) -> Url | None:
    url: Url | None = getattr(urls, FOLLOWS.get(port, port))
    return url


def chosen_urls(urls: StoreUrls) -> Mapping[str, Url]:
    """The URL of every port; `Stop` where one is missing, or of a scheme that does not keep that port."""
    missing: list[str] = []
    faults: list[str] = []
    chosen: dict[str, Url] = {}
    for port, openers in OPENERS.items():
        url = url_of(urls, port)
        if port in FOLLOWS and (url is None or url.scheme not in openers):
            continue  # told of the port it follows
        variable = variable_for(port)
        known = ", ".join(shown_scheme(scheme) for scheme in openers)
        if url is None:
            missing.append(variable)
        elif url.scheme not in openers:
            faults.append(f"{variable}: {shown_scheme(url.scheme)} does not keep {port}; known are {known}")
        else:
            chosen[port] = url
    if missing:
        faults.append(f"{', '.join(missing)}: not set; or name a data folder in place of them all: --data DIR")
    if faults:
        raise CommandError(*faults)
    return chosen


def variable_for(port: str) -> str:
    return variable_name(StoreUrls.model_fields[FOLLOWS.get(port, port)])


def shown_scheme(scheme: str) -> str:
    return "memory:" if scheme == "memory" else f"{scheme}://"


@asynccontextmanager
async def open_stores(urls: StoreUrls, *, now: Now) -> AsyncIterator[tuple[Stores, Mapping[str, str]]]:
    """The stores, and by port the backend's name."""
    chosen = chosen_urls(urls)
    async with AsyncExitStack() as stack:
        clients = StoreClients(stack, now)
        opened = {port: await opened_at(port, url, clients) for port, url in chosen.items()}
        yield Stores(**opened), {port: url.scheme.partition("+")[0] for port, url in chosen.items()}


async def opened_at(port: str, url: Url, clients: StoreClients) -> Any:
    try:
        return await OPENERS[port][url.scheme](clients, url)
    except Rejected as error:
        raise CommandError(f"{variable_for(port)}: {error}") from None


async def migrate_mongo(clients: StoreClients, url: Url) -> Sequence[str]:
    from stores.mongo.client import open_mongo_patiently, prepare

    await prepare(await clients.client_for(url, open_mongo_patiently))
    return []


def migrate_sql(set_name: str) -> "Migrator":
    async def migrate_set(clients: StoreClients, url: Url) -> Sequence[str]:
        from stores.sql.core.migrate import migrate
        from stores.sql.core.pool import open_pool

        return await migrate(await clients.client_for(url, open_pool), set_name)

    return migrate_set


async def migrate_influx(clients: StoreClients, url: Url) -> Sequence[str]:
    from stores.influx.client import open_influx

    client = await clients.client_for(url, open_influx)
    await client.prepare()
    return []


Migrator = Callable[[StoreClients, Url], Awaitable[Sequence[str]]]
MIGRATORS: Mapping[Opener, Migrator] = {
    mongo_profiles: migrate_mongo,
    mongo_catalog: migrate_mongo,
    sql_progress: migrate_sql("progress"),
    sql_timeline: migrate_sql("timeline"),
    influx_timeline: migrate_influx,
}
