"""Two gateways over the same MongoDB and Redis: what one writes, the other serves at once."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from strawberry.relay.utils import to_base64

from gateway.config.groups.profiles import ProfilesSettings
from gateway.config.open_stores import open_stores
from gateway.config.settings import read_settings
from gateway.config.urls import Url
from gateway.http.shared_reads import unannounced
from gateway.runtime.clock import utc_now
from resolvers.data.shared_reads.announcer import CHANGES_CHANNEL
from stores.ports.stores import Stores
from tests.backends import Servers, fresh_mongo
from tests.gateway.app_client import app_client
from tests.resolvers.data.shared_reads.controlled_reads import turns
from tests.stores.samples import course, profile

TRACED = {"X-Gateway-Trace": "stores"}
ADA = to_base64("Learner", "ada")
LEARNER = "query ($id: ID!) { learner(id: $id) { displayName } }"
NEW = """mutation ($id: String!) {
  createLearner(input: {learnerId: $id, displayName: "N", locale: "en", timeZone: "UTC"}) { errors { code } }
}"""
BY_KEY = "query ($id: String!) { learner(learnerId: $id) { displayName } }"
RENAME = """mutation ($id: ID!, $name: String!) {
  updateLearner(input: {id: $id, displayName: $name}) { errors { code } }
}"""
COURSE = 'query { course(key: "c") { title } }'


class Gateway:
    """A gateway, and its stores."""

    def __init__(self, client: httpx2.AsyncClient, stores: Stores) -> None:
        self.client = client
        self.stores = stores

    async def query(self, text: str, **variables: Any) -> Any:
        """The data, and the number of store calls."""
        body = {"query": text, "variables": variables}
        answer = (await self.client.post("/graphql", json=body, headers=TRACED)).json()
        assert "errors" not in answer
        return answer["data"], answer["extensions"]["stores"]["calls"]


class Platform:
    """The databases, and the gateways over them."""

    def __init__(self, urls: Mapping[str, Url]) -> None:
        self.urls = urls
        self._names: set[str] = set()

    @asynccontextmanager
    async def process(self) -> AsyncIterator[Stores]:
        """The stores of a process that is no gateway."""
        async with open_stores(self.urls, now=utc_now) as (stores, _):
            yield stores

    @asynccontextmanager
    async def gateway(self, **settings: str) -> AsyncIterator[Gateway]:
        """A gateway that receives announcements: its beats arrive. With settings it may have none."""
        stores: list[Stores] = []

        @asynccontextmanager
        async def opened() -> AsyncIterator[tuple[Stores, Mapping[str, str]]]:
            async with open_stores(self.urls, now=utc_now) as found:
                stores.append(found[0])
                yield found

        async with app_client(settings, open_stores=opened) as client:
            if not settings:
                await self._beats_of_one_more(stores[0])
            yield Gateway(client, stores[0])

    async def _beats_of_one_more(self, stores: Stores) -> None:
        async with asyncio.timeout(30), stores.live.signals(CHANGES_CHANNEL) as messages:
            known = set(self._names)
            while self._names == known:
                beats = [each for each in await anext(messages) or () if each.startswith("beat ")]
                self._names |= {each.split(" ")[1] for each in beats}


@pytest.fixture
async def platform(servers: Servers) -> AsyncIterator[Platform]:
    """Profiles and courses in MongoDB, announcements in Redis, the other stores in memory."""
    async with fresh_mongo(servers) as database:
        mongo = urlsplit(servers.mongo_url)._replace(path=f"/{database.name}").geturl()
        own = {"profiles": mongo, "catalog": mongo, "live": servers.redis_url}
        memory = dict.fromkeys(("progress", "timeline", "sessions"), "memory:")
        found = {port: Url.parse(text) for port, text in (own | memory).items()}
        platform = Platform(found)
        async with platform.process() as stores:
            await stores.profiles.add([profile("ada", display_name="Ada")])
            await stores.catalog.publish(course("c", title="first"))
        yield platform


@asynccontextmanager
async def announced_to(gateway: Gateway, message: str) -> AsyncIterator[None]:
    """Ends when the gateway has received the announcement of what the block writes."""
    async with gateway.stores.live.signals(CHANGES_CHANNEL) as messages:
        yield
        async with asyncio.timeout(30):
            while message not in (await anext(messages) or ()):
                pass
    await turns()  # the gateway's own subscription has received it, too


async def test_a_profile_that_one_gateway_writes_is_served_by_the_other(platform: Platform) -> None:
    async with platform.gateway() as writer, platform.gateway() as reader:
        for gateway in (writer, reader):
            assert [await gateway.query(LEARNER, id=ADA) for _ in range(2)] == [(ada("Ada"), 1), (ada("Ada"), 0)]
        async with announced_to(reader, "profiles ada"):
            await writer.query(RENAME, id=ADA, name="Ada L.")
            # The writer itself has invalidated the profile before it answered.
            assert await writer.query(LEARNER, id=ADA) == (ada("Ada L."), 1)
        assert await reader.query(LEARNER, id=ADA) == (ada("Ada L."), 1)
        assert await reader.query(LEARNER, id=ADA) == (ada("Ada L."), 0)


async def test_writes_of_another_process_are_served(platform: Platform) -> None:
    async with platform.process() as command, platform.gateway() as reader:
        assert await reader.query(LEARNER, id=ADA) == (ada("Ada"), 1)
        assert [await reader.query(COURSE) for _ in range(2)] == [(title("first"), 1), (title("first"), 0)]
        async with announced_to(reader, "catalog c"):
            await command.catalog.publish(course("c", title="second"))
        assert await reader.query(COURSE) == (title("second"), 1)
        assert await reader.query(LEARNER, id=ADA) == (ada("Ada"), 0)
        async with announced_to(reader, "profiles ada"):
            await command.profiles.replace(profile("ada", display_name="Ada L.", version=2))
        assert await reader.query(LEARNER, id=ADA) == (ada("Ada L."), 1)


async def test_a_learner_that_was_unknown_is_found_once_created(platform: Platform) -> None:
    async with platform.gateway() as gateway:
        assert await gateway.query(BY_KEY, id="new") == ({"learner": None}, 1)
        await gateway.query(NEW, id="new")
        assert await gateway.query(BY_KEY, id="new") == ({"learner": {"displayName": "N"}}, 1)


async def test_a_mutation_reads_past_the_cache(platform: Platform) -> None:
    """The profile beneath its payload is read after the write, also where another process has written since."""
    text = RENAME.replace("{ errors", "{ learner { displayName } errors")
    async with platform.gateway() as gateway:
        await gateway.query(LEARNER, id=ADA)
        data, calls = await gateway.query(text, id=ADA, name="Ada L.")
        assert (data["updateLearner"]["learner"], calls) == ({"displayName": "Ada L."}, 3)


async def test_the_cache_may_be_switched_off(platform: Platform) -> None:
    async with platform.gateway(GATEWAY_CACHE="off") as gateway:
        assert [await gateway.query(LEARNER, id=ADA) for _ in range(2)] == [(ada("Ada"), 1)] * 2


def ada(name: str) -> Any:
    return {"learner": {"displayName": name}}


def title(text: str) -> Any:
    return {"course": {"title": text}}


def test_profiles_that_are_not_announced_are_known() -> None:
    remote = dict.fromkeys(("profiles", "catalog", "live"), "elsewhere")
    mapped = read_settings({}).model_copy(update={"profiles": ProfilesSettings(mapping=Path("m.toml"))})
    for settings, backends, expected in (
        (read_settings({}), remote, set[str]()),
        (mapped, remote, {"profiles"}),
        (read_settings({}), {**remote, "live": "memory"}, {"profiles", "catalog"}),
        (read_settings({}), {**remote, "live": "memory", "profiles": "memory"}, {"catalog"}),
        (read_settings({}), dict.fromkeys(remote, "memory"), set[str]()),
    ):
        assert set(unannounced(settings, backends)) == expected
