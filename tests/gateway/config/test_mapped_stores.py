"""A gateway whose profiles are in a collection of another application, which must stay as it is."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from strawberry.relay import to_base64

from gateway.config.backends import PORTS
from gateway.config.check_stores import faults_of_stores
from gateway.config.migrate_stores import drop_old_layouts, migrate_stores
from gateway.config.open_stores import open_stores
from gateway.config.settings import read_settings
from gateway.config.urls import Url
from gateway.runtime.clock import utc_now
from stores.domain.profiles import ProfileFilter
from stores.errors import ReadOnly
from stores.mongo.client import COURSES, LEARNERS, Database
from tests.backends import Servers, fresh_mongo
from tests.e2e.command import quadrangle
from tests.gateway.cli.environment import MEMORY, SECRET
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA
from tests.stores.samples import NOON, course, profile

# The worst case: a collection that has the name, and in part the fields, of the gateway's own.
MAPPING = f"""
collection = "{LEARNERS}"
key = "login"
[fields]
displayName = "displayName"
email = "mail"
timeZone = "zone"
createdAt = "since"
"""
ADA = {"_id": 1, "login": "ada", "displayName": "Ada", "nameKey": "ada", "mail": "ada@x.org", "since": NOON}
BEN = {"_id": 2, "login": "ben", "displayName": "Ben", "zone": "Mars/Base", "since": NOON}


async def contents(database: Database) -> Mapping[str, Any]:
    """Every byte of the documents, and the indexes, by collection. The catalog is the gateway's own."""
    raw: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
    found: dict[str, Any] = {}
    for name in await database.list_collection_names():
        if name != COURSES:
            collection: Any = database.get_collection(name, codec_options=raw)
            documents = collection.find({}).sort("_id")
            found[name] = ([document.raw async for document in documents], await database[name].index_information())
    return found


@asynccontextmanager
async def mapped(servers: Servers, folder: Path, text: str = MAPPING) -> AsyncIterator[tuple[Database, dict[str, str]]]:
    """The database of another application, and the environment of a gateway that reads profiles there and keeps its
    catalog beside them. What that application has is the same at the end."""
    async with fresh_mongo(servers) as database:
        await database.client.drop_database(database.name)
        await database[LEARNERS].insert_many([ADA, BEN])
        await database[LEARNERS].create_index("login", unique=True)
        before = await contents(database)
        file = folder / "members.toml"
        file.write_text(text, encoding="utf-8")
        url = urlsplit(servers.mongo_url)._replace(path=f"/{database.name}").geturl()
        ours = {"GATEWAY_PROFILES_URL": url, "GATEWAY_CATALOG_URL": url, "GATEWAY_PROFILES_MAPPING": str(file)}
        yield database, {**MEMORY, **SECRET, **ours}
        assert before.keys() == {LEARNERS}
        assert await contents(database) == before


@asynccontextmanager
async def migrated(servers: Servers, folder: Path) -> AsyncIterator[Mapping[str, Url]]:
    async with mapped(servers, folder) as (_, environment):
        urls = read_settings(environment).stores
        for _ in range(2):
            await migrate_stores(urls, now=utc_now)
        await drop_old_layouts(urls, now=utc_now)
        yield urls


async def test_nothing_is_written_by_migrations_reads_and_writes(servers: Servers, tmp_path: Path) -> None:
    async with migrated(servers, tmp_path) as urls, open_stores(urls, now=utc_now) as (stores, backends):
        assert backends["profiles"] == "mongodb"
        await stores.catalog.publish(course("c"))
        assert list(await stores.catalog.latest(["c"])) == ["c"]
        await stores.profiles.ping()
        assert (await stores.profiles.by_ids(["ada", "ben"])).keys() == {"ada", "ben"}
        page = await stores.profiles.page(ProfileFilter(), after=None, first=1)
        assert ([row.learner_id for row in page.rows], page.has_next) == (["ada"], True)
        for write in (stores.profiles.add([profile("eve")]), stores.profiles.replace(profile("ada", version=2))):
            with pytest.raises(ReadOnly):
                await write
        assert await faults_of_stores(urls, now=utc_now) == [
            "profiles: timeZone (zone) is not an IANA time zone in 1 of 2 documents"
        ]


async def test_clients_get_the_codes(servers: Servers, tmp_path: Path) -> None:
    query = """mutation ($id: ID!) {
      new: createLearner(input: {displayName: "Eve", locale: "en", timeZone: "UTC"}) { errors { code message } }
      old: updateLearner(input: {id: $id, displayName: "Ada L."}) { errors { code } }
    }"""
    lists = """{
      named: learners(filter: {nameStartsWith: "a"}) { edges { cursor } }
      mailed: learners(filter: {email: "ada@x.org"}) { edges { cursor } }
      all: learners { edges { node { learnerId displayName timeZone } } }
    }"""
    async with migrated(servers, tmp_path) as urls, open_stores(urls, now=utc_now) as (stores, _):
        peer = world.peer_of(stores, world.admin(), trace=False)
        variables = {"id": to_base64("Learner", "ada")}
        written = await SCHEMA.execute(query, variable_values=variables, context_value=peer)
        read = await SCHEMA.execute(lists, context_value=peer)
    assert written.data is not None
    assert [written.data[name]["errors"][0]["code"] for name in ("new", "old")] == ["READ_ONLY", "READ_ONLY"]
    assert "another application" in written.data["new"]["errors"][0]["message"]
    assert read.data is not None
    assert [edge["node"]["displayName"] for edge in read.data["all"]["edges"]] == ["Ada", "Ben"]
    assert (read.data["named"], read.data["mailed"]) == (None, None)
    refused = [(error.path, error.extensions, "index" in error.message) for error in read.errors or []]
    unsupported = {"code": "NOT_SUPPORTED_HERE", "store": "profiles"}
    assert sorted(refused) == [(["mailed"], unsupported, True), (["named"], unsupported, True)]


async def test_check_and_migrate_name_what_does_not_fit(servers: Servers, tmp_path: Path) -> None:
    async with mapped(servers, tmp_path) as (_, environment):
        migrate = await asyncio.to_thread(quadrangle, "migrate", **environment)
        assert (migrate.returncode, "profiles: up to date" in migrate.stderr) == (0, True)
        check = await asyncio.to_thread(quadrangle, "check", **environment)
        assert (check.returncode, check.stdout.count("LIVE")) == (1, len(PORTS))
        assert check.stderr == "profiles: timeZone (zone) is not an IANA time zone in 1 of 2 documents\n"
    fitting = MAPPING.replace('timeZone = "zone"\n', "")
    async with mapped(servers, tmp_path, fitting) as (_, environment):
        assert (await asyncio.to_thread(quadrangle, "migrate", **environment)).returncode == 0
        check = await asyncio.to_thread(quadrangle, "check", **environment)
        assert (check.returncode, check.stderr) == (0, "")


async def test_check_reports_a_server_that_does_not_answer_once(tmp_path: Path) -> None:
    file = tmp_path / "members.toml"
    file.write_text(MAPPING, encoding="utf-8")
    down = {"GATEWAY_PROFILES_URL": "mongodb://127.0.0.1:9/x", "GATEWAY_PROFILES_MAPPING": str(file)}
    check = await asyncio.to_thread(quadrangle, "check", **{**MEMORY, **SECRET, **down})
    assert (check.returncode, check.stderr) == (1, "profiles: MongoDB cannot be reached\n")
