"""The catalog in MongoDB: one immutable document for each published version, with `_id` = `key@version`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from stores.batches import MONGO_IDS, batched
from stores.domain.catalog import Course, CourseFilter, CourseVersion
from stores.domain.folding import folded
from stores.domain.paging import COURSES as COURSE_CURSORS
from stores.domain.paging import Page, page_of
from stores.errors import Conflict
from stores.mongo.client import COURSES, Database, Document, translate_errors
from stores.mongo.course_cache import CourseCache
from stores.mongo.course_documents import course_of, document_of, id_of
from stores.mongo.key_ranges import KeyRanges, above
from stores.ports.catalog import Catalog

MAX_ATTEMPTS = 50
"""Attempts to publish when others take the version number: the last of n concurrent publishers needs n."""


NEWEST: Sequence[Document] = ({"$group": {"_id": "$key", "version": {"$max": "$version"}}},)
"""The stages that keep the newest version of each course."""


class MongoCatalog(Catalog):
    """The port of the catalog. `cache` is shared by all readers of the process."""

    def __init__(self, database: Database, *, cache: CourseCache) -> None:
        self._courses = database[COURSES]
        self._ranges = KeyRanges(database, COURSES, store="catalog", key="key")
        self._cache = cache

    async def ping(self) -> None:
        # The command `ping` succeeds without a login, a read does not.
        with translate_errors("catalog"):
            await self._courses.find_one({"_id": ""}, {"_id": 1})

    async def latest(self, course_keys: Sequence[str]) -> Mapping[str, Course]:
        keys = sorted(set(course_keys))
        pins: list[CourseVersion] = []
        for batch in batched(keys, MONGO_IDS):
            pins += await self._newest({"key": {"$in": batch}})
        found = await self.versions(pins)
        return {pin.key: course for pin, course in found.items()}

    async def versions(self, pins: Sequence[CourseVersion]) -> Mapping[CourseVersion, Course]:
        wanted = {pin: self._cache.get(pin) for pin in pins}
        found = {pin: course for pin, course in wanted.items() if course is not None}
        found |= await self._read([pin for pin, course in wanted.items() if course is None])
        return found

    async def page(self, where: CourseFilter, *, after: str | None, first: int) -> Page[Course]:
        past = None if after is None else COURSE_CURSORS.decode(after)[0]
        title = folded(where.title_contains or "")
        newest = _newest_titled(title) if title else NEWEST
        pins: list[CourseVersion] = []
        for keys in await self._key_conditions(where, past, wanted=first + 1):
            if (left := first + 1 - len(pins)) == 0:
                break
            matching = {"key": keys} if keys else {}
            pins += await self._newest(matching, {"$sort": {"_id": 1}}, {"$limit": left}, newest=newest)
        found = await self.versions(pins)
        return page_of((found[pin] for pin in pins), lambda course: COURSE_CURSORS.encode(course.key), first)

    async def publish(self, course: Course) -> Course:
        await self._ranges.add([course.key])
        for _ in range(MAX_ATTEMPTS):
            newest = await self._newest({"key": course.key})
            kept = replace(course, version=newest[0].version + 1 if newest else 1)
            with translate_errors("catalog"):
                try:
                    await self._courses.insert_one(document_of(kept))
                except DuplicateKeyError:
                    continue
            return kept
        raise Conflict("catalog", f"{MAX_ATTEMPTS} other publishers were first")

    async def _key_conditions(self, where: CourseFilter, past: str | None, *, wanted: int) -> Sequence[Document]:
        """The conditions on the key of one query each. Their results, one after the other, are the list in order."""
        if where.keys is not None:
            return [above(past) | {"$in": sorted(set(where.keys))}]
        return await self._ranges.after(past, wanted=wanted)

    async def _newest(
        self, matching: Document, *stages: Document, newest: Sequence[Document] = NEWEST
    ) -> list[CourseVersion]:
        with translate_errors("catalog"):
            found = await self._courses.aggregate([{"$match": matching}, *newest, *stages])
            return [CourseVersion(each["_id"], each["version"]) async for each in found]

    async def _read(self, pins: Collection[CourseVersion]) -> dict[CourseVersion, Course]:
        found: dict[CourseVersion, Course] = {}
        ids = [id_of(pin) for pin in pins]
        with translate_errors("catalog"):
            for batch in batched(ids, MONGO_IDS):
                async for document in self._courses.find({"_id": {"$in": batch}}):
                    course = course_of(document)
                    self._cache.put(course)
                    found[course.pin] = course
        return found


def _newest_titled(title: str) -> Sequence[Document]:
    """As `NEWEST`, of the courses whose newest version has this text in its folded title."""
    place = {"$indexOfCP": ["$titleKey", {"$literal": title}]}
    return (
        {"$sort": {"key": ASCENDING, "version": DESCENDING}},
        {"$group": {"_id": "$key", "version": {"$first": "$version"}, "titleKey": {"$first": "$titleKey"}}},
        # Absent from a title: -1. Without a title key: null, which is less than all numbers.
        {"$match": {"$expr": {"$gte": [place, 0]}}},
    )
