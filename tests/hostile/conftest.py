"""The served gateway of these tests."""

from collections.abc import Iterator

import pytest

from tests.hostile.served import Served, serve_demo_data


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A gateway with tokens, and without a limit of the rate."""
    with serve_demo_data(tmp_path_factory.mktemp("served"), GATEWAY_RATE_LIMIT="0") as server:
        yield server
