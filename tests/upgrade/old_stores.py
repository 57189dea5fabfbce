"""Stores with the data of the version before slots, to be upgraded."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg
import pytest

from gateway.config.urls import Url
from stores.domain.rebuilds import Rebuild, pass_spans
from stores.sql.core.pool import Pool, open_pool
from tests.backends import Servers, fresh_sql, missing
from tests.influxdb import fresh_influx
from tests.upgrade.steps import Urls
from tests.upgrade.version_before import Before, restore_points, restore_tables

OLD_MEASUREMENTS = ("event", "activity", "attendance")
OLD_TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')"
)
FALSE_POINT = (
    'event,learner=demo-0000 course="urn:course:Ω",id="{id}",registration="{id}",verb="PLAYED",verb_iri="x" {ns}',
    "activity,course=course-v1:Demo+SQL101+2026 events=99i,active_ms=99i {ns}",
)
FALSE_ROWS = """
INSERT INTO timeline_events (event_id, at, learner_id, course_key, registration, verb, verb_iri, extensions)
SELECT '{id}', at, learner_id, course_key, '{id}', 'PLAYED', 'x', '{{}}' FROM timeline_events LIMIT 1;
UPDATE timeline_quarters SET events = 99;
"""
FALSE_ID = "ffffffff-ffff-4fff-8fff-ffffffffffff"


@dataclass(frozen=True, slots=True, kw_only=True)
class OldStores:
    """Ports that the upgrade does not concern are in memory. `pool`: of the tables. `old_layout`: which tables or
    measurements of the old timeline there are."""

    urls: dict[str, str]
    pool: Pool
    before: Before
    old_layout: Callable[[], Awaitable[set[str]]]

    def parsed(self) -> Urls:
        """The URLs as the gateway takes them."""
        return {port: Url.parse(url) for port, url in self.urls.items()}

    async def age_the_rebuild(self) -> None:
        """Let the rebuild of the timeline have started soon after the newest events: each of its passes has some."""
        newest = max(event.at for event in self.before.events)
        await self.pool.execute("UPDATE progress_rebuilds SET started_at = $1 WHERE name = 'timeline'", newest)
        passes = pass_spans(Rebuild.TIMELINE, newest)
        assert all(any(start <= event.at < end for event in self.before.live) for start, end in passes)


@asynccontextmanager
async def old_stores(servers: Servers, timeline: str) -> AsyncIterator[OldStores]:
    """The restored fixture, with its timeline in `influx` or `sql`. It is gone at the end.

    The old timeline has an event and counts that the ledger does not have: nothing may read them."""
    if not servers.sql_url.startswith("postgresql"):
        pytest.skip("the fixture is a dump of PostgreSQL")
    urls = dict.fromkeys(("profiles", "catalog", "sessions", "live"), "memory:")
    async with fresh_sql(servers) as url, open_pool(url, size=4) as pool:
        before = await restore_tables(pool)
        urls["progress"] = urls["timeline"] = url
        if timeline == "sql":
            await pool.execute(FALSE_ROWS.format(id=FALSE_ID))
            old_names = timeline_tables(await pool.fetch(OLD_TABLES))

            async def old_tables() -> set[str]:
                return old_names & timeline_tables(await pool.fetch(OLD_TABLES))

            yield OldStores(urls=urls, pool=pool, before=before, old_layout=old_tables)
            return
        influx_url = {"influx": servers.influx_url, "influx2": servers.influx2_url}[timeline]
        async with fresh_influx(influx_url or missing(f"InfluxDB: there is no {timeline}")) as influx:
            await restore_points(influx)
            ns = int(before.events[0].at.timestamp()) * 10**9
            await influx.write(line.format(id=FALSE_ID, ns=ns).encode() for line in FALSE_POINT)

            async def old_measurements() -> set[str]:
                # Points, not SHOW MEASUREMENTS: two DROP MEASUREMENT at once can leave a name without any in 1.6.
                answers = await influx.ask(*(f"SELECT * FROM {name} LIMIT 1" for name in OLD_MEASUREMENTS))
                return {name for name, found in zip(OLD_MEASUREMENTS, answers, strict=True) if found}

            urls["timeline"] = urlsplit(influx_url or "")._replace(path=f"/{influx.database}").geturl()
            yield OldStores(urls=urls, pool=pool, before=before, old_layout=old_measurements)


def timeline_tables(rows: Iterable[asyncpg.Record]) -> set[str]:
    """The tables of the timeline."""
    return {row[0] for row in rows if row[0].startswith("timeline_")}
