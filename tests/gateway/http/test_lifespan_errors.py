"""The log says by its class and places why a gateway did not start, and no text of the error."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from stores.ports.stores import Stores
from tests.gateway.app_client import app_client
from tests.gateway.log_stream import captured_logs


class Broken(Exception):
    """An error that the gateway does not expect."""


@asynccontextmanager
async def broken_stores() -> AsyncIterator[tuple[Stores, Mapping[str, str]]]:
    yield await opened()


async def opened() -> tuple[Stores, Mapping[str, str]]:
    raise Broken("a secret URL")


async def test_the_reason_of_a_failed_start_is_logged() -> None:
    with captured_logs() as log, pytest.raises(Broken):
        async with app_client(open_stores=broken_stores):
            pass
    [line] = log.records("quadrangle.http")
    [error] = line["errors"]
    assert error["kind"] == "Broken"
    assert error["at"][-1].endswith(" opened")
    assert "secret" not in log.getvalue()
