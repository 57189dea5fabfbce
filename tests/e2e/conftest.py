"""The servers of tests that stop them."""

import asyncio
from collections.abc import Iterator, Mapping

import pytest

from gateway.config.open_stores import open_stores
from gateway.config.store_location import embedded_location
from gateway.config.urls import Url
from gateway.embedded.embedded_servers import EmbeddedServers
from gateway.embedded.folder import DataFolder
from gateway.embedded.influxd import find_influxd
from gateway.embedded.open_servers import open_embedded
from tests.backends import missing
from tests.e2e.deployment import connected, migrate_in_time
from tests.e2e.failing_servers import now
from tests.resolvers import world


@pytest.fixture(scope="module")
def school_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    """Servers of this module, which its tests may stop, with the school's data."""
    influxd = find_influxd()
    if influxd is None:
        missing("InfluxDB: there is no influxd")
    folder = DataFolder(tmp_path_factory.mktemp("faults"))

    async def build(urls: Mapping[str, Url]) -> None:
        await migrate_in_time(urls, now)
        async with open_stores(urls, now=now) as (stores, _):
            await connected(stores)
            await world.fill(stores)

    with asyncio.Runner() as runner:
        opened = open_embedded(folder, owner="faults", on_step=lambda step: None, influxd=influxd, restart=None)
        embedded = runner.run(opened.__aenter__())
        try:
            runner.run(build(embedded_location(embedded).urls))
            yield embedded
        finally:
            runner.run(opened.__aexit__(None, None, None))
