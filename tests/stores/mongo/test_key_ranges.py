"""Pages are read by ranges of keys from servers that read a whole range before they apply a limit."""

import asyncio
from bisect import bisect_right

import pytest

from stores.domain.catalog import CourseFilter
from stores.domain.profiles import ProfileFilter
from stores.mongo.catalog import MongoCatalog
from stores.mongo.client import COURSES, LEARNERS, Database
from stores.mongo.course_cache import CourseCache
from stores.mongo.key_ranges import BOUNDS, RANGE, KeyRanges, is_bound
from stores.mongo.migrations import migrate_catalog, migrate_profiles
from stores.mongo.profiles import MongoProfiles
from tests.backends import Servers, fresh_mongo
from tests.stores.samples import course, profile
from tests.stores.test_profiles import learner_ids

KEYS = [f"u{number:04}" for number in range(2_000)]


async def filled(database: Database) -> MongoProfiles:
    profiles = MongoProfiles(database)
    await profiles.add([profile(key) for key in KEYS])
    return profiles


async def limits_early(database: Database) -> bool:
    return not await KeyRanges(database, LEARNERS, store="profiles").needed()


async def keep_bounds(database: Database, *keys: str) -> None:
    await database[BOUNDS].replace_one({"_id": LEARNERS}, {"keys": list(keys)}, upsert=True)


@pytest.mark.parametrize("key", ["u1500", "u1999", "zz", "", "é"])
async def test_the_ranges_cover_all_keys_once_and_in_order(servers: Servers, key: str) -> None:
    async with fresh_mongo(servers) as database:
        await filled(database)
        for past in (None, key):
            found: list[str] = []
            for condition in await KeyRanges(database, LEARNERS, store="profiles").after(past, wanted=21):
                selection = {"_id": condition} if condition else {}
                found += sorted([each["_id"] async for each in database[LEARNERS].find(selection)])
            assert found == KEYS[0 if past is None else bisect_right(KEYS, past) :]


async def test_a_page_reads_a_part_of_an_index(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        if await limits_early(database):
            pytest.skip("the server applies limits while it reads")
        await filled(database)
        first, second, *_ = await KeyRanges(database, LEARNERS, store="profiles").after("u0500", wanted=21)
        plan = await database[LEARNERS].find({"_id": first}).sort("_id").limit(21).explain()
        assert "IXSCAN" in str(plan["queryPlanner"]["winningPlan"])
        assert plan["executionStats"]["totalDocsExamined"] <= 6 * RANGE
        assert await database[LEARNERS].count_documents({"_id": second}) <= 12 * RANGE


async def test_no_bounds_are_kept_where_limits_are_applied_early(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        await filled(database)
        kept = await database[BOUNDS].find_one({"_id": LEARNERS})
        expected = [] if await limits_early(database) else [key for key in KEYS if is_bound(key)]
        assert sorted((kept or {"keys": []})["keys"]) == expected


async def test_pages_do_not_depend_on_the_bounds(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        profiles = await filled(database)
        await keep_bounds(database)
        assert await learner_ids(profiles) == KEYS
        await keep_bounds(database, "u0000", "u0001", "u0001x", "zz", "", "u0900", "u0901")
        assert await learner_ids(profiles) == KEYS
        assert await learner_ids(profiles, first=1_999) == KEYS


async def test_a_migration_divides_what_an_earlier_version_wrote(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        if await limits_early(database):
            pytest.skip("the server applies limits while it reads")
        await filled(database)
        await database[BOUNDS].drop()
        catalog = MongoCatalog(database, cache=CourseCache())
        await catalog.publish(course("c"))
        assert await migrate_profiles(database) == ["divided the learners into ranges"]
        assert await migrate_profiles(database) == []
        assert await migrate_catalog(database) == []
        [kept] = await database[BOUNDS].find({"_id": LEARNERS}).to_list()
        assert sorted(kept["keys"]) == [key for key in KEYS if is_bound(key)]


async def test_concurrent_writers_of_bounds_lose_no_profile(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        keys = [key for key in KEYS if is_bound(key)]
        counts = await asyncio.gather(*(MongoProfiles(database).add([profile(key)]) for key in keys))
        assert sum(counts) == len(keys)
        assert await learner_ids(MongoProfiles(database), first=3) == keys


async def test_courses_are_paged_by_ranges(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        catalog = MongoCatalog(database, cache=CourseCache())
        keys = sorted(f"c{number:02}" for number in range(30))
        for key in keys:
            await catalog.publish(course(key, title=f"Course {key}"))
        await database[BOUNDS].replace_one({"_id": COURSES}, {"keys": ["c03", "c04", "c20"]}, upsert=True)
        for where, expected in ((CourseFilter(), keys), (CourseFilter(title_contains="C2"), keys[20:])):
            found, after = [], None
            while True:
                page = await catalog.page(where, after=after, first=7)
                found += [row.key for row in page.rows]
                if not page.has_next:
                    break
                after = page.cursors[-1]
            assert found == expected


async def test_a_name_is_found_across_its_words(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        profiles = MongoProfiles(database)
        names = {"a": "Ann Zu", "b": "Ann-Marie Zoe", "c": "Zoe Anders", "d": "Bo Zoe", "e": "A Zzz"}
        await profiles.add([profile(key, display_name=name) for key, name in names.items()])
        found = await learner_ids(profiles, ProfileFilter(name_starts_with="an zo"), first=1)
        assert found == ["b", "c"]
        assert await learner_ids(profiles, ProfileFilter(name_starts_with="an", email="x@y.z")) == []


async def test_a_short_text_is_searched_page_by_page(servers: Servers) -> None:
    async with fresh_mongo(servers) as database:
        profiles = MongoProfiles(database)
        await profiles.add(
            [
                profile(key, display_name=f"{'Ada' if number % 3 == 0 else 'Bo'} {key}")
                for number, key in enumerate(KEYS)
            ]
        )
        await keep_bounds(database, *KEYS[::100])
        for text, expected in (("a", KEYS[::3]), ("AD", KEYS[::3]), ("ada u00", KEYS[:100:3]), ("b u1", [])):
            found = await learner_ids(profiles, ProfileFilter(name_starts_with=text), first=40)
            assert found == (expected or [key for key in KEYS[1000:] if int(key[1:]) % 3])
