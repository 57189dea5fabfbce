"""Open one port in one backend. Each function imports the driver only when its backend is selected.

Clients connect on first use, so the gateway starts, and serves what it can, while a database is down.
"""

import asyncio
from typing import TYPE_CHECKING

from gateway.config.store_clients import StoreClients
from gateway.config.urls import Url, mapping_of
from stores.ports.activity import Activity
from stores.ports.catalog import Catalog
from stores.ports.documents import Documents
from stores.ports.live import Live
from stores.ports.outbox import Outbox
from stores.ports.profiles import Profiles
from stores.ports.progress import Progress
from stores.ports.rates import Rates
from stores.ports.revocations import Revocations
from stores.ports.sessions import Sessions
from stores.ports.timeline import Timeline

if TYPE_CHECKING:
    from stores.memory.progress import MemoryProgress


async def memory_profiles(clients: StoreClients, url: Url) -> Profiles:
    """Profiles in this process' memory."""
    from stores.memory.profiles import MemoryProfiles

    return MemoryProfiles()


async def memory_catalog(clients: StoreClients, url: Url) -> Catalog:
    """The catalog in this process' memory."""
    from stores.memory.catalog import MemoryCatalog

    return MemoryCatalog()


async def memory_outbox(clients: StoreClients, url: Url) -> Outbox:
    """The outbox in this process' memory."""
    from stores.memory.outbox import MemoryOutbox

    return clients.shared(url, MemoryOutbox)


async def memory_progress(clients: StoreClients, url: Url) -> Progress:
    """Progress in this process' memory. It fills the outbox at the same URL."""
    return shared_memory_progress(clients, url)


async def memory_activity(clients: StoreClients, url: Url) -> Activity:
    """Activity in this process' memory, of the progress at the same URL."""
    from stores.memory.activity import MemoryActivity

    return MemoryActivity(shared_memory_progress(clients, url))


def shared_memory_progress(clients: StoreClients, url: Url) -> "MemoryProgress":
    """The progress of a URL in this process' memory, with the outbox that it fills."""
    from stores.memory.outbox import MemoryOutbox
    from stores.memory.progress import MemoryProgress

    return clients.shared(url, MemoryProgress, clients.shared(url, MemoryOutbox))


async def memory_live(clients: StoreClients, url: Url) -> Live:
    """Live feeds in this process' memory."""
    from stores.memory.live import MemoryLive

    return MemoryLive()


async def memory_timeline(clients: StoreClients, url: Url) -> Timeline:
    """Timelines in this process' memory."""
    from stores.memory.timeline import MemoryTimeline

    return MemoryTimeline()


async def memory_sessions(clients: StoreClients, url: Url) -> Sessions:
    """Sessions in this process' memory."""
    from stores.memory.sessions import MemorySessions

    return MemorySessions(now=clients.now)


async def memory_documents(clients: StoreClients, url: Url) -> Documents:
    """Persisted documents in this process' memory."""
    from stores.memory.documents import MemoryDocuments

    return MemoryDocuments(now=clients.now)


async def memory_rates(clients: StoreClients, url: Url) -> Rates:
    """Rates in this process' memory."""
    from stores.memory.rates import MemoryRates

    return MemoryRates(now=clients.now)


async def memory_revocations(clients: StoreClients, url: Url) -> Revocations:
    """Revocations of tokens in this process' memory."""
    from stores.memory.revocations import MemoryRevocations

    return MemoryRevocations()


async def mongo_profiles(clients: StoreClients, url: Url) -> Profiles:
    """Profiles in MongoDB."""
    from stores.mongo.client import open_mongo
    from stores.mongo.profiles import MongoProfiles

    return MongoProfiles(await clients.client_for(url, open_mongo))


async def mapped_mongo_profiles(clients: StoreClients, url: Url) -> Profiles:
    """Profiles in a MongoDB collection of another application, read-only."""
    from stores.mongo.client import open_mongo
    from stores.mongo.mapped_profiles import MappedProfiles

    return MappedProfiles(await clients.client_for(url, open_mongo), mapping_of(url))


async def mongo_catalog(clients: StoreClients, url: Url) -> Catalog:
    """The catalog in MongoDB."""
    from stores.mongo.catalog import MongoCatalog
    from stores.mongo.client import open_mongo
    from stores.mongo.course_cache import CourseCache

    return MongoCatalog(await clients.client_for(url, open_mongo), cache=CourseCache())


async def sql_progress(clients: StoreClients, url: Url) -> Progress:
    """Progress in CockroachDB or PostgreSQL."""
    from stores.sql.core.pool import open_pool
    from stores.sql.outbox.recent_commits import RecentCommits
    from stores.sql.progress.progress import SqlProgress

    pool = await clients.client_for(url, open_pool)
    filled, recent = clients.shared(url, asyncio.Event), clients.shared(url, RecentCommits)
    return SqlProgress(pool, filled=filled, recent=recent)


async def sql_activity(clients: StoreClients, url: Url) -> Activity:
    """Activity in CockroachDB or PostgreSQL. Its reads run at READ COMMITTED: they must not delay writers."""
    from stores.sql.activity.activity import SqlActivity
    from stores.sql.core.pool import open_relaxed_pool

    return SqlActivity(await clients.client_for(url, open_relaxed_pool))


async def sql_outbox(clients: StoreClients, url: Url) -> Outbox:
    """The outbox in CockroachDB or PostgreSQL. Its statements run at READ COMMITTED."""
    from stores.sql.core.pool import open_relaxed_pool
    from stores.sql.outbox.outbox import SqlOutbox
    from stores.sql.outbox.recent_commits import RecentCommits

    pool = await clients.client_for(url, open_relaxed_pool)
    filled, recent = clients.shared(url, asyncio.Event), clients.shared(url, RecentCommits)
    return SqlOutbox(pool, filled=filled, recent=recent)


async def sql_revocations(clients: StoreClients, url: Url) -> Revocations:
    """Revocations of tokens in CockroachDB or PostgreSQL. Its statements run at READ COMMITTED."""
    from stores.sql.core.pool import open_relaxed_pool
    from stores.sql.revocations.revocations import SqlRevocations

    return SqlRevocations(await clients.client_for(url, open_relaxed_pool))


async def sql_timeline(clients: StoreClients, url: Url) -> Timeline:
    """Timelines in PostgreSQL. Every write is one idempotent statement, so READ COMMITTED is enough."""
    from stores.sql.core.pool import open_relaxed_pool
    from stores.sql.timeline.timeline import SqlTimeline

    return SqlTimeline(await clients.client_for(url, open_relaxed_pool))


async def influx_timeline(clients: StoreClients, url: Url) -> Timeline:
    """Timelines in InfluxDB."""
    from stores.influx.client import open_influx
    from stores.influx.timeline import InfluxTimeline

    return InfluxTimeline(await clients.client_for(url, open_influx))


async def redis_sessions(clients: StoreClients, url: Url) -> Sessions:
    """Sessions in Redis."""
    from stores.redis.client import open_redis
    from stores.redis.pubsub import PubSub
    from stores.redis.sessions import RedisSessions

    client = await clients.client_for(url, open_redis)
    return RedisSessions(client, now=clients.now, pubsub=clients.shared(url, PubSub, client))


async def redis_live(clients: StoreClients, url: Url) -> Live:
    """Live feeds in Redis."""
    from stores.redis.client import open_redis
    from stores.redis.live import RedisLive
    from stores.redis.pubsub import PubSub

    client = await clients.client_for(url, open_redis)
    return RedisLive(client, pubsub=clients.shared(url, PubSub, client))


async def redis_documents(clients: StoreClients, url: Url) -> Documents:
    """Persisted documents in Redis."""
    from stores.redis.client import open_redis
    from stores.redis.documents import RedisDocuments

    return RedisDocuments(await clients.client_for(url, open_redis), now=clients.now)


async def redis_rates(clients: StoreClients, url: Url) -> Rates:
    """Rates in Redis."""
    from stores.redis.client import open_redis
    from stores.redis.rates import RedisRates

    return RedisRates(await clients.client_for(url, open_redis))
