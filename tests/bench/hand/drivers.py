"""The drivers of the four databases, and what the pages read with them: only the columns and fields that they show."""

import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import asyncpg
import orjson
from pymongo import AsyncMongoClient
from redis.asyncio import Redis

from stores.sql.core.pool import SETTINGS, keep_settings

Row = Any
"""A row of asyncpg, or of InfluxDB's JSON."""
MOST_IDS = 100
"""The most ids of one `$in`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers:
    """Connected clients. `titles`: of course versions, which never change."""

    mongo: Any
    sql: "asyncpg.Pool[asyncpg.Record]"
    influx: aiohttp.ClientSession
    influx_url: str
    database: str
    redis: Redis
    titles: dict[tuple[str, int], str]

    async def profiles(self, learner_ids: Sequence[str], *fields: str) -> Mapping[str, Any]:
        """These fields of profiles, by learner id."""
        found = {}
        for start in range(0, len(learner_ids), MOST_IDS):
            chosen = {"_id": {"$in": learner_ids[start : start + MOST_IDS]}}
            for document in await self.mongo.learners.find(chosen, fields, batch_size=MOST_IDS).to_list():
                found[document["_id"]] = document
        return found

    async def course_titles(self, pins: set[tuple[str, int]]) -> Mapping[tuple[str, int], str]:
        """The titles of course versions. Those that were read before come from memory."""
        missing = {key for key, version in pins if (key, version) not in self.titles}
        if missing:
            found = self.mongo.courses.find({"key": {"$in": sorted(missing)}}, ["key", "version", "title"])
            for document in await found.to_list():
                self.titles[document["key"], document["version"]] = document["title"]
        return self.titles

    async def rows(self, statement: str, *parameters: object) -> list[Row]:
        """The rows of a statement."""
        return await self.sql.fetch(statement, *parameters)

    async def events(
        self, learner_ids: Sequence[str], fields: str, *, first: int, course_key: str | None = None
    ) -> Mapping[str, list[Row]]:
        """The last events of each learner as rows (time in ns, `fields` …), without voided ones. One more than `first`
        is read, and some spare ones for those that are voided. Keys are those of the demo: they need no escapes."""
        either = " OR ".join([f"learner = '{key}'" for key in learner_ids])
        where = f"({either})"
        if course_key is not None:
            where += f" AND course = '{course_key}'"
        limit = first + 2 + first // 8
        query = (
            f"SELECT voided,{fields} FROM interaction WHERE {where} GROUP BY learner ORDER BY time DESC LIMIT {limit}"
        )
        form = {"db": self.database, "epoch": "ns", "q": query}
        async with self.influx.post(self.influx_url, data=form) as response:
            [result] = orjson.loads(await response.read())["results"]
        return {
            series["tags"]["learner"]: [row for row in series["values"] if not row[1]][: first + 1]
            for series in result.get("series", ())
        }

    async def sessions(self, learner_ids: Sequence[str]) -> Mapping[str, Any]:
        """The session of each learner that has or had one."""
        blobs = await self.redis.mget([f"q:l:{key}" for key in learner_ids])
        return {key: orjson.loads(blob) for key, blob in zip(learner_ids, blobs, strict=True) if blob is not None}


@asynccontextmanager
async def open_drivers(environment: Mapping[str, str]) -> AsyncIterator[Drivers]:
    """The clients of the servers that a gateway would use in this environment."""
    parts = urlsplit(environment["GATEWAY_TIMELINE_URL"])
    login = base64.b64encode(f"{parts.username or ''}:{parts.password or ''}".encode()).decode()
    headers = {"Authorization": f"Basic {login}"} if parts.password else {}
    sql_url = environment["GATEWAY_PROGRESS_URL"].replace("cockroachdb://", "postgresql://")
    async with (
        AsyncMongoClient[dict[str, Any]](environment["GATEWAY_PROFILES_URL"], tz_aware=True) as mongo,
        asyncpg.create_pool(sql_url, min_size=0, max_size=16, reset=keep_settings, server_settings=SETTINGS) as sql,
        aiohttp.ClientSession(headers=headers) as influx,
        Redis.from_url(environment["GATEWAY_SESSIONS_URL"]) as redis,
    ):
        yield Drivers(
            mongo=mongo.get_default_database("quadrangle"),
            sql=sql,
            influx=influx,
            influx_url=f"http://{parts.hostname}:{parts.port}/query",
            database=parts.path.removeprefix("/"),
            redis=redis,
            titles={},
        )
