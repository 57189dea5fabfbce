"""Fixtures of all tests: the session's servers, and options."""

import asyncio
import os
import shutil
import sysconfig
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from gateway.embedded.folder import DataFolder
from gateway.embedded.influxd import find_influxd
from gateway.embedded.open_servers import open_embedded
from gateway.web.node_runtime import find_node
from gateway.web.page_build import PagesUnavailable, page_builder
from gateway.web.page_sources import DIST, PagesState, pages_state
from tests import executor
from tests.backends import INFLUXD_BIN, Servers, missing, named_servers
from tests.influxdb import open_influxd

# Hypothesis uses the same examples on every machine, and a slow machine is not a failure.
settings.register_profile("ours", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Embedded servers with a temporary data folder, replaced by those that the environment names."""
    folder = DataFolder(tmp_path_factory.mktemp("quadrangle"))
    with asyncio.Runner() as runner:
        opened = AsyncExitStack()
        embedded = open_embedded(
            folder,
            owner="tests",
            on_step=lambda step: None,
            influxd=find_influxd(),
            restart=None,
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


@pytest.fixture(scope="session")
def built_pages() -> Path:
    """The folder of the pages, built from the sources as they are."""
    try:
        if pages_state() is not PagesState.CURRENT:
            with page_builder(find_node(), on_step=print) as builder:
                builder.build()
    except PagesUnavailable as error:
        missing(f"the pages: {error}")
    return DIST


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Debian's Chromium."""
    return shutil.which("chromium") or missing("the browser: there is no chromium on the PATH")


def program_of_prometheus(name: str, config: pytest.Config) -> str:
    """The path of a program of Debian's package `prometheus`: the one on the PATH, else the one of `make full`."""
    folders = (os.environ.get("PATH", os.defpath), sysconfig.get_path("scripts"))
    found = shutil.which(name, path=os.pathsep.join(folders))
    if found is None and not config.getoption("--long"):
        pytest.skip(f"`make full` unpacks {name}")
    return found or missing(f"there is no {name} on the PATH")


@pytest.fixture(scope="session")
def promtool(pytestconfig: pytest.Config) -> str:
    """The path of promtool, which checks and tests rules of Prometheus."""
    return program_of_prometheus("promtool", pytestconfig)


@pytest.fixture(scope="session")
def prometheus(pytestconfig: pytest.Config) -> str:
    """The path of Prometheus."""
    return program_of_prometheus("prometheus", pytestconfig)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="write the golden answers again")
    parser.addoption(
        "--executor", choices=["compiled", "reference"], default="compiled", help="which executor runs the operations"
    )
    parser.addoption("--minutes", type=float, help="how long tests/hostile/test_sockets.py opens and closes sockets")
    parser.addoption("--long", action="store_true", help="run the long tests under load and the protocol suites")


def pytest_configure(config: pytest.Config) -> None:
    executor.choose(config.getoption("--executor"))


@pytest.fixture(scope="session")
def load_seconds(pytestconfig: pytest.Config) -> float:
    """How many seconds the load of a test lasts."""
    return 30 if pytestconfig.getoption("--long") else 5
