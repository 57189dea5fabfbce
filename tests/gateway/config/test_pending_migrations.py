"""Listing what the stores lack, which creates nothing."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from gateway.config.backends import PORTS_WITH_URL
from gateway.config.migrate_stores import migrate_stores
from gateway.config.pending_migrations import PortMigrations, pending_migrations
from gateway.config.urls import Url
from gateway.runtime.clock import utc_now
from stores.domain.migration_steps import MigrationStep, Phase, StoreMigrations
from stores.errors import TimedOut, Unavailable
from stores.influx.client import open_influx
from stores.mongo.client import COURSES, LEARNERS
from stores.mongo.migrations import migrate_profiles
from stores.sql.core.pool import open_pool
from tests.backends import Servers, fresh_mongo, fresh_sql, missing
from tests.proxy import ProxyMode, through_proxy

MEMORY = {port: Url.parse("memory:") for port in PORTS_WITH_URL}
TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()"


def urls(**replaced: str) -> Mapping[str, Url]:
    return {**MEMORY, **{port: Url.parse(text) for port, text in replaced.items()}}


async def test_memory_needs_no_migration() -> None:
    found = await pending_migrations(urls(), now=utc_now)
    assert [one.port for one in found] == list(PORTS_WITH_URL)
    assert not any(one.pending or one.fault for one in found)


@pytest.mark.parametrize(
    ("backend", "applied", "pending", "advice"),
    [
        ("postgresql", 3, 0, None),
        ("postgresql", 0, 2, "a: tables are missing: run `quadrangle migrate`"),
        ("mongodb", 0, 2, "a: indexes are missing: run `quadrangle migrate`"),
        ("influxdb", 0, 1, "a: the database is missing: run `quadrangle migrate`"),
        ("postgresql", 3, 1, "a: a migration is pending: run `quadrangle migrate`"),
        ("postgresql", 3, 2, "a: 2 migrations are pending: run `quadrangle migrate`"),
    ],
)
def test_the_advice_says_what_is_missing(backend: str, applied: int, pending: int, advice: str | None) -> None:
    steps = [MigrationStep(name="step", phase=Phase.EXPAND, commands=[])] * pending
    migrations = StoreMigrations(applied=applied, pending=steps)
    assert PortMigrations(port="a", backend=backend, migrations=migrations).advice == advice


async def test_an_empty_database_lacks_everything_and_stays_empty(servers: Servers) -> None:
    async with fresh_sql(servers) as url, open_pool(url, size=1) as pool:
        for port in ("progress", "timeline"):
            sql = url.replace("cockroachdb", "postgresql") if port == "timeline" else url
            [before] = [one for one in await pending_migrations(urls(**{port: sql}), now=utc_now) if one.port == port]
            assert before.fault is None
            assert (before.migrations.applied, before.migrations.running) == (0, 0)
            assert before.pending[0].commands[0].startswith("CREATE TABLE IF NOT EXISTS migration_leases")
            assert await pool.fetchval(TABLES) == 0
        await migrate_stores(urls(progress=url), now=utc_now)
        await pool.execute("INSERT INTO outbox_holders VALUES ('a', now() + interval '1 hour'), ('b', now())")
        [after] = [one for one in await pending_migrations(urls(progress=url), now=utc_now) if one.port == "progress"]
        assert (after.pending, after.migrations.running) == ([], 1)


async def test_an_edited_migration_is_a_fault(servers: Servers) -> None:
    async with fresh_sql(servers) as url, open_pool(url, size=1) as pool:
        await migrate_stores(urls(progress=url), now=utc_now)
        await pool.execute("UPDATE migrations SET sha256 = 'other' WHERE number = 3")
        [found] = [one for one in await pending_migrations(urls(progress=url), now=utc_now) if one.port == "progress"]
        assert "edited" in str(found.fault)


async def test_a_server_that_is_away_is_a_fault_of_its_port_only() -> None:
    found = await pending_migrations(urls(progress="postgresql://127.0.0.1:9/none"), now=utc_now)
    assert {one.port: type(one.fault) for one in found if one.fault is not None} == {"progress": Unavailable}


async def test_a_server_that_is_silent_is_a_fault_in_time(servers: Servers) -> None:
    async with through_proxy(servers.sql_url) as (proxy, near):
        proxy.switch(ProxyMode.STALL)
        found = await pending_migrations(urls(progress=near), now=utc_now, within=timedelta(milliseconds=100))
    assert {one.port: type(one.fault) for one in found if one.fault is not None} == {"progress": TimedOut}


async def test_an_index_that_mongodb_lacks_is_pending(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        url = urlsplit(servers.mongo_url)._replace(path=f"/{database.name}").geturl()
        assert not any(one.pending for one in await pending_migrations(urls(profiles=url, catalog=url), now=utc_now))
        await database[LEARNERS].drop_index("emailKey_1")
        await database[COURSES].drop_index("key_1_version_-1_titleKey_1")
        await database[COURSES].create_index([("key", 1), ("version", -1)])
        found = {one.port: one for one in await pending_migrations(urls(profiles=url, catalog=url), now=utc_now)}
        [email] = found["profiles"].pending
        assert (email.name, email.phase) == ("index learners.emailKey_1", Phase.EXPAND)
        assert email.commands == ['db.learners.createIndex({"emailKey": 1}, {"sparse": true, "name": "emailKey_1"})']
        create, drop = found["catalog"].pending
        assert create.name == "index courses.key_1_version_-1_titleKey_1"
        assert (drop.commands, drop.phase) == (['db.courses.dropIndex("key_1_version_-1")'], Phase.CONTRACT)
        await migrate_profiles(database)
        found = {one.port: one for one in await pending_migrations(urls(profiles=url, catalog=url), now=utc_now)}
        assert found["profiles"].pending == []


async def test_documents_of_an_earlier_version_are_pending_if_they_are_looked_for(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        name = urlsplit(servers.mongo_url)._replace(path=f"/{database.name}").geturl()
        mongo = urls(profiles=name, catalog=name)
        await database[LEARNERS].insert_one({"_id": "ada", "displayName": "Ada"})
        await database[COURSES].insert_one({"_id": "a", "key": "a", "version": 1, "title": "A"})
        assert not any(one.pending for one in await pending_migrations(mongo, now=utc_now))
        found = [step for one in await pending_migrations(mongo, now=utc_now, old_rows=True) for step in one.pending]
        assert [(step.name, step.phase) for step in found] == [
            ("fill learners.nameWords", Phase.MIGRATE),
            ("fill courses.titleKey", Phase.MIGRATE),
        ]
        await migrate_stores(mongo, now=utc_now)
        assert not any(one.pending for one in await pending_migrations(mongo, now=utc_now, old_rows=True))


async def test_a_database_that_influxdb_lacks_is_pending(servers: Servers) -> None:
    if servers.influx_url is None:
        missing("InfluxDB: there is no influxd")
    name = f"test_{uuid4().hex}"
    url = urlsplit(servers.influx_url)._replace(path=f"/{name}").geturl()
    for _ in range(2):  # listing it does not create it
        found = {one.port: one for one in await pending_migrations(urls(timeline=url), now=utc_now)}
        [step] = found["timeline"].pending
        assert (step.phase, step.commands[0]) == (Phase.EXPAND, f'CREATE DATABASE "{name}"')
    await migrate_stores(urls(timeline=url), now=utc_now)
    found = {one.port: one for one in await pending_migrations(urls(timeline=url), now=utc_now)}
    assert (found["timeline"].pending, found["timeline"].migrations.applied) == ((), 1)
    async with open_influx(url) as influx:
        await influx.ask(f'DROP DATABASE "{name}"')
