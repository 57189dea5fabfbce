"""The protocol suites run only with `--long`: they need Node and a browser."""

import shutil

import pytest

from tests.backends import missing
from tests.protocol.node import HERE, Node


@pytest.fixture(scope="session")
def node(pytestconfig: pytest.Config) -> Node:
    if not pytestconfig.getoption("--long"):
        pytest.skip("the protocol suites run only in `make full`")
    command = shutil.which("node")
    if command is None or not (HERE / "node_modules").is_dir():
        missing("Node: the npm packages of the protocol suites are not installed (`make full` installs them)")
    return Node(command)
