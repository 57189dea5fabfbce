"""Opening the stores that URLs select."""

import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from gateway.config.backends import PORTS, PORTS_WITH_URL
from gateway.config.open_stores import checked_urls, open_stores
from gateway.config.store_clients import StoreClients
from gateway.config.urls import Url
from gateway.embedded.loopback import HOST
from gateway.runtime.clock import utc_now
from gateway.runtime.errors import CommandError
from stores.errors import Unavailable

MEMORY = {port: Url.parse("memory:") for port in PORTS_WITH_URL}
NOWHERE = f"{HOST}:9"  # the port of the discard service, which does not run


def urls(**replaced: str) -> Mapping[str, Url]:
    return {**MEMORY, **{port: Url.parse(text) for port, text in replaced.items()}}


async def test_memory_stores_every_port() -> None:
    async with open_stores(urls(), now=utc_now) as (stores, backends):
        for store in stores.by_name().values():
            await store.ping()
    assert backends == dict.fromkeys(PORTS, "memory")


@pytest.mark.parametrize(
    ("port", "text", "line"),
    [
        (
            "timeline",
            "cockroachdb://u:hunter2@h/db",
            "GATEWAY_TIMELINE_URL: cockroachdb:// cannot store timeline; "
            "use one of influxdb+http://, influxdb+https://, postgresql://, memory:",
        ),
        (
            "profiles",
            "mysql://u:hunter2@h/db",
            "GATEWAY_PROFILES_URL: mysql:// cannot store profiles; use one of mongodb://, mongodb+srv://, memory:",
        ),
        (
            "sessions",
            "mongodb://h",
            "GATEWAY_SESSIONS_URL: mongodb:// cannot store sessions; use one of redis://, rediss://, memory:",
        ),
    ],
)
def test_a_wrong_scheme_is_one_line_with_the_supported_schemes(port: str, text: str, line: str) -> None:
    with pytest.raises(CommandError) as stop:
        checked_urls(urls(**{port: text}))
    assert stop.value.lines == (line,)


def test_missing_urls_are_one_line() -> None:
    with pytest.raises(CommandError) as stop:
        checked_urls({"profiles": MEMORY["profiles"], "sessions": MEMORY["sessions"]})
    assert stop.value.lines == (
        "GATEWAY_CATALOG_URL, GATEWAY_PROGRESS_URL, GATEWAY_TIMELINE_URL, GATEWAY_LIVE_URL: not set. "
        "Set them, or use the stores of a data folder: --data DIR",
    )


async def test_a_malformed_url_is_a_line_that_does_not_quote_it() -> None:
    with pytest.raises(CommandError) as stop:
        async with open_stores(urls(profiles="mongodb://u:hunter2@h:port/db"), now=utc_now):
            pass
    [line] = stop.value.lines
    assert line.startswith("GATEWAY_PROFILES_URL: ")
    assert "hunter2" not in line


async def test_stores_open_while_their_servers_are_down() -> None:
    down = urls(
        profiles=f"mongodb://{NOWHERE}",
        catalog=f"mongodb://{NOWHERE}",
        progress=f"cockroachdb://{NOWHERE}/q",
        timeline=f"influxdb+http://{NOWHERE}/q",
        sessions=f"redis://{NOWHERE}",
        live=f"redis://{NOWHERE}/1",
    )
    async with open_stores(down, now=utc_now) as (stores, backends):
        for name, store in stores.by_name().items():
            with pytest.raises(Unavailable) as error:
                await store.ping()
            assert error.value.store == name
    assert backends["timeline"] == "influxdb"


async def test_equal_urls_share_a_client_and_clients_close_in_reverse_order() -> None:
    log: list[str] = []

    @asynccontextmanager
    async def open_client(text: str) -> AsyncIterator[str]:
        log.append(f"open {text}")
        yield text
        log.append(f"close {text}")

    async with AsyncExitStack() as stack:
        clients = StoreClients(stack, utc_now)
        for text in ("a:", "b:", "a:"):
            await clients.client_for(Url.parse(text), open_client)
    assert log == ["open a:", "open b:", "close b:", "close a:"]


LOADED = """
import asyncio, sys
import gateway.__main__
import gateway.http.app
from gateway.config.open_stores import open_stores
from gateway.config.urls import Url
from gateway.runtime.clock import utc_now

async def opened(urls):
    async with open_stores({port: Url.parse(text) for port, text in urls.items()}, now=utc_now):
        return "influxdb_client" in sys.modules

print("influxdb_client" in sys.modules, asyncio.run(opened(URLS)))
"""


@pytest.mark.parametrize(
    ("replaced", "loaded"),
    [
        ({}, "False False"),
        (
            {"progress": f"postgresql://u@{NOWHERE}/db", "timeline": f"postgresql://u@{NOWHERE}/db"}
            | {"profiles": f"mongodb://{NOWHERE}/db", "live": f"redis://{NOWHERE}", "sessions": f"redis://{NOWHERE}"},
            "False False",
        ),
        ({"timeline": f"influxdb+http://{NOWHERE}/db"}, "False True"),
    ],
)
def test_the_driver_of_influxdb_is_imported_when_its_url_is_opened(replaced: Mapping[str, str], loaded: str) -> None:
    """It takes 24 MB and 399 modules."""
    given = {**dict.fromkeys(PORTS_WITH_URL, "memory:"), **replaced}
    done = subprocess.run(
        [sys.executable, "-c", LOADED.replace("URLS", repr(given))], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == loaded
