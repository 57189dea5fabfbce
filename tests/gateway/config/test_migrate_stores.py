"""Bringing stores to the version of this release."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from gateway.config.backends import PORTS_WITH_URL
from gateway.config.migrate_stores import migrate_stores
from gateway.config.running_processes import require_none_running
from gateway.config.urls import Url
from gateway.runtime.clock import utc_now
from gateway.runtime.errors import CommandError
from stores.domain.rebuilds import Rebuild
from stores.errors import Unavailable
from stores.mongo.client import COURSES
from stores.sql.core.pool import open_pool
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, fresh_mongo, fresh_sql
from tests.stores.learning import enroll, enrollment

MEMORY = {port: Url.parse("memory:") for port in PORTS_WITH_URL}


def urls(**replaced: str) -> Mapping[str, Url]:
    return {**MEMORY, **{port: Url.parse(text) for port, text in replaced.items()}}


async def test_memory_needs_no_migration() -> None:
    applied: dict[str, list[str]] = {}
    await migrate_stores(urls(), now=utc_now, on_step=lambda port, steps: applied.update({port: list(steps)}))
    assert applied == {port: [] for port in MEMORY}


async def test_a_rebuild_that_a_migration_started_is_finished(servers: Servers) -> None:
    """It was killed, and the next migrate resumes it. The catalog in memory has no course: all are skipped."""
    steps: list[tuple[str, list[str]]] = []
    bars: list[tuple[str, int, int]] = []
    async with fresh_sql(servers) as url, open_pool(url, size=2) as pool:
        progress = SqlProgress(pool)
        await migrate_stores(urls(progress=url), now=utc_now)
        await enroll(progress, *(enrollment(number) for number in range(1, 4)))
        await progress.start_rebuild(Rebuild.PROGRESS)
        started = await progress.rebuild_position(Rebuild.PROGRESS)
        assert started is not None
        position = replace(started, after=enrollment(1).registration)
        await progress.advance_rebuild(Rebuild.PROGRESS, position)
        await migrate_stores(urls(progress=url), now=utc_now, rebuild=False)
        assert await progress.rebuild_position(Rebuild.PROGRESS) == position
        await migrate_stores(
            urls(progress=url),
            now=utc_now,
            on_step=lambda port, done: steps.append((port, list(done))),
            on_progress=lambda *stage: bars.append(stage),
        )
        assert await progress.rebuild_position(Rebuild.PROGRESS) is None
    skipped = "rebuilt 2 registrations, 0 of them changed; 2 skipped: the catalog lacks their course version"
    assert steps[-1] == ("progress", [skipped])
    assert (bars[0], bars[-1]) == (("registrations", 1, 3), ("registrations", 3, 3))


async def test_a_contract_step_is_refused_while_relays_hold_leases(servers: Servers) -> None:
    """Nothing is applied then. An expand step is applied all the same, and a lease that ends does not count."""
    async with fresh_sql(servers) as url, open_pool(url, size=2) as pool:
        await migrate_stores(urls(progress=url), now=utc_now)
        await pool.execute("DELETE FROM migrations WHERE number IN (14, 17)")
        await pool.execute("DROP TABLE token_revocations")
        hold = "INSERT INTO outbox_holders VALUES ('relay', now() + interval '1 hour')"
        await pool.execute(hold)
        with pytest.raises(CommandError) as refused:
            await require_none_running(urls(progress=url), now=utc_now, leases_end_within=timedelta(0))
        assert refused.value.lines[0] == (
            "progress: 0017_enrollment_order_with_state.sql: not safe while processes of an earlier version run"
        )
        assert refused.value.lines[1].startswith("1 relay of gateways")
        assert await pool.fetchval("SELECT to_regclass('token_revocations')") is None

        await pool.execute("UPDATE outbox_holders SET expires_at = now() + interval '0.3 seconds'")
        await require_none_running(urls(progress=url), now=utc_now, leases_end_within=timedelta(seconds=20))
        await pool.execute("DELETE FROM outbox_holders")
        await pool.execute(hold)
        steps: dict[str, list[str]] = {}
        await migrate_stores(
            urls(progress=url), now=utc_now, contract=True, on_step=lambda port, done: steps.update({port: list(done)})
        )
        assert steps["progress"] == ["0014_token_revocations.sql", "0017_enrollment_order_with_state.sql"]
        await pool.execute("DELETE FROM migrations WHERE number = 14")
        await migrate_stores(urls(progress=url), now=utc_now)
        assert await pool.fetchval("SELECT count(*) FROM migrations WHERE number = 14") == 1


async def test_contract_steps_are_refused_if_it_is_not_known_what_runs(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        await database[COURSES].create_index([("key", 1), ("version", -1)])
        catalog = urlsplit(servers.mongo_url)._replace(path=f"/{database.name}").geturl()
        nowhere = urls(catalog=catalog, progress="postgresql://127.0.0.1:9/none")
        with pytest.raises(Unavailable):
            await migrate_stores(nowhere, now=utc_now)
        assert "key_1_version_-1" in await database[COURSES].index_information()


async def test_a_ledger_whose_steps_are_not_known_is_not_migrated() -> None:
    with pytest.raises(Unavailable):
        await require_none_running(urls(progress="postgresql://127.0.0.1:9/none"), now=utc_now)


async def test_long_rebuilds_are_left_to_commands_of_their_own(servers: Servers) -> None:
    async with fresh_sql(servers) as url, open_pool(url, size=2) as pool:
        assert await migrate_stores(urls(progress=url), now=utc_now) == [], "there is nothing to rebuild"
        await SqlProgress(pool).start_rebuild(Rebuild.TIMELINE)
        await SqlProgress(pool).start_rebuild(Rebuild.ACTIVITY)
        assert await migrate_stores(urls(progress=url), now=utc_now) == [Rebuild.ACTIVITY, Rebuild.TIMELINE]
