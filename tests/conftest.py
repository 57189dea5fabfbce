"""Fixtures that every test may ask for: the session's servers."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from gateway.embedded.folder import DataFolder
from gateway.embedded.influxd import find_influxd
from gateway.embedded.open_servers import open_embedded
from tests.backends import INFLUXD_BIN, Servers, named_servers
from tests.influxdb import open_influxd

# The same examples everywhere, however long one takes: what a machine is too slow for is no finding.
settings.register_profile("ours", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Embedded servers in a folder of their own, with those that the environment names put in their place."""
    folder = DataFolder(tmp_path_factory.mktemp("quadrangle"))
    with asyncio.Runner() as runner:
        opened = AsyncExitStack()
        embedded = open_embedded(
            folder,
            owner="tests",
            on_step=lambda step: None,
            influxd=find_influxd(),
            postgres_settings={"fsync": "off"},
        )
        try:
            urls = named_servers(runner.run(opened.enter_async_context(embedded)))
            if INFLUXD_BIN:
                influx2 = open_influxd(Path(INFLUXD_BIN), tmp_path_factory.mktemp("influx2"))
                urls = replace(urls, influx2_url=runner.run(opened.enter_async_context(influx2)))
            yield urls
        finally:
            runner.run(opened.aclose())


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="write the golden answers afresh")
    parser.addoption("--long", action="store_true", help="the long form of tests under load")


@pytest.fixture(scope="session")
def load_seconds(pytestconfig: pytest.Config) -> float:
    """How long a test under load loads."""
    return 30 if pytestconfig.getoption("--long") else 5
