"""Bringing the MongoDB collections of earlier versions to this one."""

import pytest
from pymongo import DESCENDING

from stores.domain.catalog import CourseFilter
from stores.domain.profiles import ProfileFilter
from stores.mongo.catalog import MongoCatalog
from stores.mongo.client import COURSES, LEARNERS, Database
from stores.mongo.course_cache import CourseCache
from stores.mongo.migrations import migrate_catalog, migrate_profiles
from stores.mongo.profiles import MongoProfiles
from tests.backends import Servers, fresh_mongo
from tests.stores.samples import course, profile

INDEXES = {"_id_", "nameWords_1__id_1", "emailKey_1"}
RANGE_INDEX = "_id_1_createdAt_1"
"""Where the server needs it (`stores.mongo.key_ranges`)."""


async def age_profiles(database: Database, *learner_ids: str) -> None:
    """Make the documents those of an earlier version, with its index."""
    await database[LEARNERS].create_index("nameKey")
    for learner_id in learner_ids:
        change = {"$set": {"nameKey": "old"}, "$unset": {"nameWords": ""}}
        assert (await database[LEARNERS].update_one({"_id": learner_id}, change)).matched_count == 1


async def found_by_name(profiles: MongoProfiles, text: str) -> list[str]:
    page = await profiles.page(ProfileFilter(name_starts_with=text), after=None, first=100)
    return [row.learner_id for row in page.rows]


async def test_migrating_twice_changes_nothing(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        before = [await database[name].index_information() for name in (LEARNERS, COURSES)]
        assert [*await migrate_profiles(database), *await migrate_catalog(database)] == []
        assert [await database[name].index_information() for name in (LEARNERS, COURSES)] == before
        assert before[0].keys() - {RANGE_INDEX} == INDEXES


async def test_old_profiles_are_found_by_name_after_the_migration(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        profiles = MongoProfiles(database)
        people = [profile(f"u{number:04}", display_name=f"Élodie {number}") for number in range(1_203)]
        await profiles.add(people)
        await age_profiles(database)
        old = {"$set": {"nameKey": "old"}, "$unset": {"nameWords": ""}}
        await database[LEARNERS].update_many({"_id": {"$lt": "u1202"}}, old)
        assert await migrate_profiles(database) == ["indexed the words of 1,202 names"]
        assert await migrate_profiles(database) == []
        assert (await database[LEARNERS].index_information()).keys() - {RANGE_INDEX} == INDEXES
        assert await database[LEARNERS].count_documents({"nameKey": {"$exists": True}}) == 0
        assert await found_by_name(profiles, "elodie 1200") == ["u1200"]
        assert dict(await profiles.by_ids(["u0007"])) == {"u0007": people[7]}


async def test_an_interrupted_migration_is_resumed(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        profiles = MongoProfiles(database)
        await profiles.add([profile("a", display_name="Ann"), profile("b", display_name="Bob")])
        await age_profiles(database, "b")
        assert await migrate_profiles(database) == ["indexed the words of 1 names"]
        assert await found_by_name(profiles, "bob") == ["b"]


async def test_a_profile_that_an_old_gateway_replaced_is_migrated_again(servers: Servers) -> None:
    """It sets the name and its own key, and leaves the words of the earlier name."""
    async with fresh_mongo(servers) as database:
        profiles = MongoProfiles(database)
        await profiles.add([profile("a", display_name="Ann")])
        await database[LEARNERS].update_one({"_id": "a"}, {"$set": {"displayName": "Zoë", "nameKey": "zoë"}})
        await migrate_profiles(database)
        assert await found_by_name(profiles, "zoe") == ["a"]
        assert await found_by_name(profiles, "ann") == []


async def test_replacing_an_old_profile_migrates_it(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        profiles = MongoProfiles(database)
        await profiles.add([profile("a", display_name="Ann")])
        await age_profiles(database, "a")
        await profiles.replace(profile("a", display_name="Zoë", version=2))
        assert await found_by_name(profiles, "zoe") == ["a"]
        assert await migrate_profiles(database) == []


@pytest.mark.parametrize("name", [None, 7])
async def test_a_document_without_a_name_is_left_alone(servers: Servers, name: object) -> None:
    async with fresh_mongo(servers) as database:
        await database[LEARNERS].insert_one({"_id": "foreign", "displayName": name})
        assert await migrate_profiles(database) == []


async def test_old_course_versions_are_found_by_title_after_the_migration(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        catalog = MongoCatalog(database, cache=CourseCache())
        for title in ("Algèbre", "Logique"):
            await catalog.publish(course("c", title=title))
        await database[COURSES].update_many({}, {"$unset": {"titleKey": ""}})
        await database[COURSES].create_index([("key", 1), ("version", DESCENDING)])
        where = CourseFilter(title_contains="LOGI")
        assert (await catalog.page(where, after=None, first=5)).rows == ()
        assert [row.key for row in (await catalog.page(CourseFilter(), after=None, first=5)).rows] == ["c"]
        assert await migrate_catalog(database) == ["indexed the titles of 2 course versions"]
        assert await migrate_catalog(database) == []
        assert (await database[COURSES].index_information()).keys() == {"_id_", "key_1_version_-1_titleKey_1"}
        assert [row.version for row in (await catalog.page(where, after=None, first=5)).rows] == [2]
        assert (await catalog.page(CourseFilter(title_contains="algebre"), after=None, first=5)).rows == ()


async def test_profiles_without_beginnings_of_words_are_migrated(servers: Servers) -> None:
    """An earlier version wrote the words alone, and does so again if it replaces a profile."""
    async with fresh_mongo(servers) as database:
        profiles = MongoProfiles(database)
        names = {"a": "Ann", "b": "Annabel Lee", "c": "✿"}
        await profiles.add([profile(key, display_name=name) for key, name in names.items()])
        await database[LEARNERS].update_one({"_id": "b"}, {"$set": {"nameWords": ["annabel", "lee"]}})
        await database[LEARNERS].create_index("nameWords")
        assert await found_by_name(profiles, "an") == ["a"]
        assert await migrate_profiles(database) == ["indexed the words of 1 names"]
        assert await migrate_profiles(database) == []
        assert "nameWords_1" not in await database[LEARNERS].index_information()
        assert await found_by_name(profiles, "an") == ["a", "b"]
