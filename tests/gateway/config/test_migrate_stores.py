"""Bringing stores to the version of this release."""

from collections.abc import Mapping
from dataclasses import replace

from gateway.config.backends import PORTS_WITH_URL
from gateway.config.migrate_stores import migrate_stores
from gateway.config.urls import Url
from gateway.runtime.clock import utc_now
from stores.domain.rebuilds import Rebuild
from stores.sql.core.pool import open_pool
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, fresh_sql
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


async def test_long_rebuilds_are_left_to_commands_of_their_own(servers: Servers) -> None:
    async with fresh_sql(servers) as url, open_pool(url, size=2) as pool:
        assert await migrate_stores(urls(progress=url), now=utc_now) == [], "there is nothing to rebuild"
        await SqlProgress(pool).start_rebuild(Rebuild.TIMELINE)
        await SqlProgress(pool).start_rebuild(Rebuild.ACTIVITY)
        assert await migrate_stores(urls(progress=url), now=utc_now) == [Rebuild.ACTIVITY, Rebuild.TIMELINE]
