"""What a demo does before it serves a folder that an earlier version filled."""

from pathlib import Path

from gateway.config.backends import PORTS_WITH_URL
from gateway.config.store_location import StoreLocation
from gateway.config.urls import Url
from gateway.datasets.demo.prepare import prepare_data
from gateway.embedded.folder import DataFolder
from gateway.runtime.store_retry import RETRY_FOR_A_MINUTE
from stores.domain.rebuilds import Rebuild
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import open_pool
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, fresh_sql
from tests.clock import Clock


async def test_the_rebuilds_that_an_upgrade_started_are_finished(servers: Servers, tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.make()
    stages: set[str] = set()
    async with fresh_sql(servers) as url, open_pool(url, size=2) as pool:
        await migrate(pool, "progress")
        progress = SqlProgress(pool)
        for kind in Rebuild:
            await progress.start_rebuild(kind)
        await prepare_data(
            folder,
            StoreLocation(urls={**dict.fromkeys(PORTS_WITH_URL, Url.parse("memory:")), "progress": Url.parse(url)}),
            seed=1,
            learners=1,
            now=Clock(),
            on_progress=lambda stage, *_: stages.add(stage),
            retry=RETRY_FOR_A_MINUTE,
        )
        assert [await progress.rebuild_position(kind) for kind in Rebuild] == [None, None, None]
    assert {"registrations", "activity counts", "timelines", "events"} <= stages
