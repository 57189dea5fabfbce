"""A new database on each InfluxDB of the session."""

from collections.abc import AsyncIterator

import pytest

from stores.influx.client import Influx
from tests.backends import INFLUXD_BIN, Servers, missing
from tests.influxdb import fresh_influx


@pytest.fixture(params=["influx", "influx2"] if INFLUXD_BIN else ["influx"])
def influx_url(request: pytest.FixtureRequest, servers: Servers) -> str:
    if request.param == "influx2":
        return servers.influx2_url or missing("InfluxDB 2: INFLUXD_BIN names none")
    return servers.influx_url or missing("InfluxDB: there is no influxd")


@pytest.fixture
async def influx(influx_url: str) -> AsyncIterator[Influx]:
    async with fresh_influx(influx_url) as found:
        yield found
