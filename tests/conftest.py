"""Fixtures that every test may ask for: the session's servers."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.embedded.folder import Folder
from gateway.embedded.servers import influxd_on_path, open_embedded
from tests.backends import Servers, named_servers


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Embedded servers in a folder of their own, with those that the environment names put in their place."""
    folder = Folder(tmp_path_factory.mktemp("quadrangle"))
    with asyncio.Runner() as runner:
        opened = open_embedded(
            folder,
            owner="tests",
            on_step=lambda step: None,
            influxd=influxd_on_path(),
            postgres_settings={"fsync": "off"},
        )
        embedded = runner.run(opened.__aenter__())
        try:
            yield named_servers(embedded)
        finally:
            runner.run(opened.__aexit__(None, None, None))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="write the golden answers afresh")
