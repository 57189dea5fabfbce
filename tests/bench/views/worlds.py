"""Servers with a large course: OULAD's, or that of a large demo. They are made once and kept in a folder."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.config.migrate_stores import migrate_stores
from gateway.config.open_stores import open_stores
from gateway.config.store_location import embedded_location
from gateway.datasets.loader import load
from gateway.datasets.oulad.dataset import read_oulad
from gateway.embedded.folder import DataFolder
from gateway.embedded.influxd import find_influxd
from gateway.embedded.open_servers import open_embedded
from gateway.runtime.clock import utc_now
from tests.bench.growth.world import open_world
from tests.e2e.deployment import Deployment

OnProgress = Callable[[str, int, int], None]


@asynccontextmanager
async def open_demo_world(folder: Path, *, learners: int, on_progress: OnProgress) -> AsyncIterator[Deployment]:
    """The world of so many demo learners. Call it from the main thread."""
    async with open_world(folder, learners=learners, on_progress=on_progress) as world:
        yield world.deployment


@asynccontextmanager
async def open_oulad_world(folder: Path, *, files: Path, on_progress: OnProgress) -> AsyncIterator[Deployment]:
    """The world of OULAD's files. Call it from the main thread."""
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / "complete"
    async with open_embedded(
        DataFolder(folder / "data"), owner="bench", on_step=lambda step: None, influxd=find_influxd(), restart=None
    ) as embedded:
        urls = embedded_location(embedded).urls
        await migrate_stores(urls, now=utc_now)
        if not marker.exists():
            async with open_stores(urls, now=utc_now) as (stores, _):
                await load(read_oulad(files, skip_bad=False), stores, now=utc_now, on_progress=on_progress)
            marker.touch()
        deployment = Deployment(embedded=embedded, urls=urls, folder=folder)
        try:
            yield deployment
        finally:
            for service in reversed(deployment.services):
                service.stop()
