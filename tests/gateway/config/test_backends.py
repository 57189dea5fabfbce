from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from gateway.config.backends import chosen_urls, open_stores
from gateway.config.migrate import migrate_stores
from gateway.config.settings import StoreUrls
from gateway.config.store_clients import StoreClients
from gateway.config.urls import Url
from gateway.embedded.loopback import HOST
from gateway.runtime.clock import utc_now
from gateway.runtime.errors import CommandError
from stores.errors import Unavailable

MEMORY = {port: Url.parse("memory:") for port in StoreUrls.model_fields}
NOWHERE = f"{HOST}:9"  # the discard service's port: nobody listens there


def urls(**instead: str) -> StoreUrls:
    return StoreUrls(**{**MEMORY, **{port: Url.parse(text) for port, text in instead.items()}})


async def test_memory_keeps_every_port() -> None:
    async with open_stores(urls(), now=utc_now) as (stores, backends):
        for store in stores.by_name().values():
            await store.ping()
    assert backends == dict.fromkeys([*MEMORY, "outbox"], "memory")


@pytest.mark.parametrize(
    ("port", "text", "line"),
    [
        (
            "timeline",
            "cockroachdb://u:hunter2@h/db",
            "GATEWAY_TIMELINE_URL: cockroachdb:// does not keep timeline; "
            "known are influxdb+http://, influxdb+https://, postgresql://, memory:",
        ),
        (
            "profiles",
            "mysql://u:hunter2@h/db",
            "GATEWAY_PROFILES_URL: mysql:// does not keep profiles; known are mongodb://, mongodb+srv://, memory:",
        ),
        (
            "sessions",
            "mongodb://h",
            "GATEWAY_SESSIONS_URL: mongodb:// does not keep sessions; known are redis://, rediss://, memory:",
        ),
    ],
)
def test_a_wrong_scheme_is_one_line_that_names_the_known_ones(port: str, text: str, line: str) -> None:
    with pytest.raises(CommandError) as stop:
        chosen_urls(urls(**{port: text}))
    assert stop.value.lines == (line,)


def test_what_is_missing_is_one_line() -> None:
    with pytest.raises(CommandError) as stop:
        chosen_urls(StoreUrls(profiles=MEMORY["profiles"], sessions=MEMORY["sessions"]))
    assert stop.value.lines == (
        "GATEWAY_CATALOG_URL, GATEWAY_PROGRESS_URL, GATEWAY_TIMELINE_URL, GATEWAY_LIVE_URL: not set; "
        "or name a data folder in place of them all: --data DIR",
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


async def test_migrating_memory_has_nothing_to_do() -> None:
    told: dict[str, list[str]] = {}
    await migrate_stores(urls(), now=utc_now, on_step=lambda port, done: told.update({port: list(done)}))
    assert told == {port: [] for port in MEMORY}
