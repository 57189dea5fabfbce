"""A page of another origin, in Chromium, with the embedded servers, and with an InfluxDB without credentials."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.embedded.folder import DataFolder
from gateway.embedded.influxd import Influxd1, find_influxd, influxd_of
from gateway.embedded.loopback import free_ports
from gateway.embedded.running_server import RunningServer
from stores.influx.client import Influx, open_influx
from tests.backends import missing
from tests.gateway.embedded.earlier_servers import OpenInfluxd1
from tests.gateway.embedded.words import has_word, opened, store_word
from tests.protocol.node import Node

pytestmark = pytest.mark.slow
DROPPED = {f"dropped_by_{way}" for way in ("cors", "no-cors", "image", "form")}
FORGED = {f"forged by {way}" for way in ("cors", "no-cors", "beacon", "rebinding")}


async def fill(influx: Influx) -> None:
    """The word that the page looks for, and the measurements that it tries to drop."""
    await influx.write(f'{name} word="kept"'.encode() for name in [*sorted(DROPPED), "words"])


async def damage(influx: Influx) -> tuple[set[str], set[str]]:
    """Which measurements are gone, and which words are forged."""
    [measurements, words] = await influx.ask("SHOW MEASUREMENTS", "SELECT word FROM words")
    left = {str(row[0]) for series in measurements for row in series.rows}
    return DROPPED - left, {str(row[1]) for series in words for row in series.rows} & FORGED


@asynccontextmanager
async def influxdb_without_credentials(data: Path) -> AsyncIterator[str]:
    """The URL of an InfluxDB as it was before the embedded servers asked for credentials."""
    found = influxd_of(find_influxd() or missing("InfluxDB: there is no influxd"))
    if not isinstance(found, Influxd1):
        missing("InfluxDB 1: the influxd is another version")
    definition = OpenInfluxd1(program=found.program, version=found.version)
    [port] = free_ports([definition.role], {}, data).values()
    server = RunningServer(definition, data=data, port=port, changed=lambda entry: None)
    try:
        await server.start()
        yield definition.url(data, port)
    finally:
        server.kill()


async def test_a_page_of_another_origin_reads_and_changes_nothing(node: Node, chromium: str, tmp_path: Path) -> None:
    async with opened(DataFolder(tmp_path / "data")) as embedded:
        url = embedded.influx_url or missing("InfluxDB: there is no influxd")
        ports = {role: server.port for role, server in embedded.by_role.items()}
        for role in ("mongo", "redis"):
            await store_word(embedded, role, "kept")
        async with open_influx(url) as influx:
            await fill(influx)
            environment = {"CHROMIUM": chromium, "PORTS": json.dumps(ports), "OPEN": "no"}
            async with node.suite("embedded_servers.mjs", **environment) as suite:
                assert await suite.passed() == 5
            assert await damage(influx) == (set(), set())
        assert [role for role in ("mongo", "redis") if not await has_word(embedded, role, "kept")] == []
        assert not await has_word(embedded, "redis", "forged")

        # The attacks work where there are no credentials: the page reads, forges and drops the timeline.
        async with influxdb_without_credentials(tmp_path / "open") as url, open_influx(url) as influx:
            await fill(influx)
            ports["influx"] = int(url.rpartition(":")[2].partition("/")[0])
            environment = {"CHROMIUM": chromium, "PORTS": json.dumps(ports), "OPEN": "yes"}
            async with node.suite("embedded_servers.mjs", **environment) as suite:
                assert await suite.passed() == 5
            assert await damage(influx) == (DROPPED, FORGED)
