"""The protocol suites run with `--long` alone: they need Node and a browser, which nothing else here does."""

import shutil

import pytest

from tests.backends import missing
from tests.protocol.node import HERE, Node


@pytest.fixture(scope="session")
def node(pytestconfig: pytest.Config) -> Node:
    if not pytestconfig.getoption("--long"):
        pytest.skip("the protocol suites are long tests: `make full` runs them")
    command = shutil.which("node")
    if command is None or not (HERE / "node_modules").is_dir():
        missing("Node: the protocol suites' npm packages are not there (`make full` installs them)")
    return Node(command)


@pytest.fixture(scope="session")
def chromium() -> str:
    return shutil.which("chromium") or missing("the browser: there is no chromium on the PATH")
