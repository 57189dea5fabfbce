"""The lower bound: the same data fetched with the plain drivers in one gather, and no objects built from it.

The keys that the gateway gets from a first call (registrations, course versions) are given here.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp
import asyncpg
from pymongo import AsyncMongoClient
from redis.asyncio import Redis

from stores.domain.progress import Enrollment
from tests.backends import Servers
from tests.influxdb import login_of

PAGE_SQL = """SELECT registration, learner_id, course_version, state, enrolled_at, completed_at, attributes
FROM enrollments WHERE course_key = $1 ORDER BY registration LIMIT 51"""
LEARNER_SQL = """SELECT registration, course_key, course_version, state, enrolled_at, completed_at, attributes
FROM enrollments WHERE learner_id = $1"""
PROGRESS_SQL = """SELECT registration, completion, score, items_done, items_total, satisfied_at, time_spent_ms,
last_activity_at, version FROM course_progress WHERE registration = ANY($1::text[]::uuid[])"""
EVENT_FIELDS = "id,verb,item_key,score,progress,duration_ms,position,voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers:
    mongo: Any
    sql: "asyncpg.Pool[asyncpg.Record]"
    influx: aiohttp.ClientSession
    influx_url: str
    database: str
    redis: Redis

    async def profiles(self, learner_ids: Sequence[str]) -> Any:
        return await self.mongo.learners.find({"_id": {"$in": list(learner_ids)}}).to_list()

    async def page(self, course_key: str) -> Any:
        return await self.sql.fetch(PAGE_SQL, course_key)

    async def enrollments(self, learner_id: str) -> Any:
        return await self.sql.fetch(LEARNER_SQL, learner_id)

    async def progress(self, registrations: Sequence[UUID]) -> Any:
        return await self.sql.fetch(PROGRESS_SQL, [str(key) for key in registrations])

    async def events(self, learner_ids: Sequence[str], count: int, course_key: str | None = None) -> Any:
        either = " OR ".join(f"learner = '{key}'" for key in learner_ids)
        where = f"({either})" + (f" AND course = '{course_key}'" if course_key else "")
        query = (
            f"SELECT {EVENT_FIELDS} FROM interaction WHERE {where} GROUP BY learner ORDER BY time DESC LIMIT {count}"
        )
        form = {"db": self.database, "epoch": "ns", "q": query}
        async with self.influx.post(f"{self.influx_url}/query", data=form) as response:
            return await response.json()

    async def blobs(self, learner_ids: Sequence[str]) -> Any:
        return await self.redis.mget([f"q:l:{key}" for key in learner_ids])


@asynccontextmanager
async def open_drivers(servers: Servers) -> AsyncIterator[Drivers]:
    parts = urlsplit(servers.influx_url or "")
    async with (
        AsyncMongoClient[dict[str, Any]](servers.mongo_url) as mongo,
        asyncpg.create_pool(servers.sql_url, min_size=2) as sql,
        aiohttp.ClientSession(headers=login_of(servers.influx_url or "")) as influx,
        Redis.from_url(servers.redis_url) as redis,
    ):
        yield Drivers(
            mongo=mongo.get_default_database(),
            sql=sql,
            influx=influx,
            influx_url=f"http://{parts.hostname}:{parts.port}",
            database=parts.path.removeprefix("/"),
            redis=redis,
        )


Fetch = Callable[[], Awaitable[Any]]


def by_hand(drivers: Drivers, of_course: Sequence[Enrollment], of_learner: Sequence[Enrollment]) -> dict[str, Fetch]:
    """For each case, the one gather that fetches its data."""
    course_key, learner_id = of_course[0].course_key, of_learner[0].learner_id
    learner_ids = [row.learner_id for row in of_course]

    async def grid() -> Any:
        return await asyncio.gather(
            drivers.page(course_key),
            drivers.progress([row.registration for row in of_course]),
            drivers.profiles(learner_ids),
            drivers.events(learner_ids, 2, course_key),
            drivers.blobs(learner_ids),
        )

    async def dashboard() -> Any:
        # Course versions are immutable, so they count as cached here, as in the gateway.
        return await asyncio.gather(
            drivers.profiles([learner_id]),
            drivers.enrollments(learner_id),
            drivers.progress([row.registration for row in of_learner]),
            drivers.events([learner_id], 6),
            drivers.blobs([learner_id]),
        )

    async def timeline() -> Any:
        return await asyncio.gather(drivers.profiles([learner_id]), drivers.events([learner_id], 51))

    return {"grid": grid, "dashboard": dashboard, "timeline": timeline}
