"""Properties of the MongoDB stores beyond the contracts of their ports."""

import asyncio
from collections.abc import Collection
from typing import Any

import pytest

from stores.domain.profiles import ProfileFilter
from stores.errors import Rejected, Unavailable
from stores.mongo.catalog import MongoCatalog
from stores.mongo.client import COURSES, LEARNERS, open_mongo, open_mongo_patiently
from stores.mongo.course_cache import CourseCache
from stores.mongo.profiles import MongoProfiles
from tests.backends import Servers, fresh_mongo
from tests.proxy import ProxyMode, through_proxy
from tests.stores.samples import course, profile

NOBODY_THERE = "mongodb://ann:hush@127.0.0.1:1/"


async def test_a_missing_server_is_unavailable_and_not_named() -> None:
    async with open_mongo(NOBODY_THERE) as database:
        profiles, catalog = MongoProfiles(database), MongoCatalog(database, cache=CourseCache())
        outcomes = await asyncio.gather(
            profiles.ping(),
            profiles.by_ids(["u"]),
            profiles.page(ProfileFilter(), after=None, first=1),
            profiles.add([profile("u")]),
            catalog.latest(["c"]),
            catalog.publish(course("c")),
            return_exceptions=True,
        )
    for outcome in outcomes:
        assert isinstance(outcome, Unavailable)
        assert "hush" not in str(outcome)
        assert "127.0.0.1" not in str(outcome)


@pytest.mark.parametrize("url", ["mongodb://ann:hush@host:port/", "mongodb://ann:hu:sh@host/", "mongodb://ann:hush@/"])
async def test_a_malformed_url_is_rejected_and_not_quoted(url: str) -> None:
    with pytest.raises(Rejected) as caught:
        async with open_mongo(url):
            pass
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "name"), [("", "quadrangle"), ("/", "quadrangle"), ("/school?retryWrites=false", "school")]
)
async def test_the_url_names_the_database(path: str, name: str) -> None:
    async with open_mongo(f"mongodb://127.0.0.1:1{path}") as database:
        assert database.name == name


async def test_reads_documents_with_fields_it_does_not_know_and_without_the_optional_ones(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        await MongoProfiles(database).add([profile("old", goals=("read",), email="a@x.org")])
        await database[LEARNERS].update_one(
            {"_id": "old"},
            {
                "$set": {"shoeSize": {"eu": 42}, "attributes.flag": True, "attributes.100% sure": 1},
                "$unset": dict.fromkeys(["goals", "skills", "preferences", "consents", "avatarUrl", "version"], 1),
            },
        )
        found = await MongoProfiles(database).by_ids(["old"])
        assert found["old"] == profile("old", email="a@x.org", attributes={"flag": True, "100% sure": 1})

        kept = await MongoCatalog(database, cache=CourseCache()).publish(course("c"))
        await database[COURSES].update_one(
            {"key": "c"},
            {"$set": {"colour": "red", "modules.0.items.0.icon": "x"}, "$unset": {"description": 1}},
        )
        assert dict(await MongoCatalog(database, cache=CourseCache()).latest(["c"])) == {"c": kept}


async def test_a_version_read_once_is_read_from_the_cache(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        catalog, other = (MongoCatalog(database, cache=CourseCache()) for _ in range(2))
        kept = await catalog.publish(course("c"))
        await catalog.latest(["c"])
        await database[COURSES].delete_many({})
        assert dict(await catalog.versions([kept.pin])) == {kept.pin: kept}
        assert dict(await other.versions([kept.pin])) == {}


async def test_text_that_is_not_unicode_is_rejected(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        with pytest.raises(Rejected):
            await MongoProfiles(database).add([profile("u", display_name="\ud800")])
        with pytest.raises(Rejected):
            await MongoProfiles(database).by_ids(["\ud800"])


async def test_a_document_beyond_the_servers_limit_is_rejected(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        with pytest.raises(Rejected):
            await MongoProfiles(database).add([profile("u", attributes={"essay": "x" * (17 * 1024 * 1024)})])
        assert dict(await MongoProfiles(database).by_ids(["u"])) == {}


async def test_migrations_wait_for_operations_on_a_whole_collection() -> None:
    async with open_mongo_patiently("mongodb://127.0.0.1:1/") as database:
        assert database.client.options.pool_options.socket_timeout == 3600


async def cancel_twice(calls: Collection[asyncio.Task[Any]]) -> None:
    """Cancel calls again while they end. Without `keep_waits_in_their_tasks` they keep a lock of the driver, in Python
    3.11, and every later call waits for it."""
    await asyncio.sleep(0.05)
    for _ in range(2):
        for call in calls:
            call.cancel()
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await asyncio.wait(calls)


async def test_calls_that_are_cancelled_while_they_wait_for_a_connection_do_not_affect_others(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        await MongoProfiles(database).add([profile("u")])
        async with (
            through_proxy(servers.mongo_url, path=database.name) as (proxy, url),
            open_mongo(f"{url}{'&' if '?' in url else '?'}maxPoolSize=1") as behind,
        ):
            profiles = MongoProfiles(behind)
            await profiles.ping()
            proxy.switch(ProxyMode.STALL)
            holding = asyncio.create_task(profiles.by_ids(["u"]))
            await cancel_twice([asyncio.create_task(profiles.by_ids(["u"])) for _ in range(9)])
            proxy.switch(ProxyMode.PASS)
            async with asyncio.timeout(5):
                assert dict(await holding) == {"u": profile("u")}
                assert dict(await profiles.by_ids(["u"])) == {"u": profile("u")}


async def test_calls_that_are_cancelled_while_they_look_for_a_server_do_not_affect_others() -> None:
    async with open_mongo(NOBODY_THERE) as database:
        profiles = MongoProfiles(database)
        await cancel_twice([asyncio.create_task(profiles.by_ids(["u"])) for _ in range(9)])
        async with asyncio.timeout(5):
            with pytest.raises(Unavailable):
                await profiles.by_ids(["u"])


async def test_a_cancelled_call_does_not_affect_others(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        await MongoProfiles(database).add([profile("u"), profile("v")])
        async with through_proxy(servers.mongo_url, path=database.name) as (proxy, url), open_mongo(url) as behind:
            profiles = MongoProfiles(behind)
            await profiles.ping()
            proxy.switch(ProxyMode.STALL)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(profiles.by_ids(["u"]), 0.05)
            proxy.switch(ProxyMode.PASS)
            assert dict(await profiles.by_ids(["v"])) == {"v": profile("v")}
