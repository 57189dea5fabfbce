"""What the MongoDB collections of this project need: indexes, and the search keys of documents of earlier versions.
`stores.mongo.migration_list` lists what is pending."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from stores.batches import MONGO_INSERTS
from stores.domain.folding import folded
from stores.mongo.client import COURSES, LEARNERS, Database, Document, translate_errors
from stores.mongo.key_ranges import KeyRanges
from stores.mongo.name_terms import name_terms, prefix_term

# With the id, the learners with a term are read in order.
LEARNER_INDEXES = (
    IndexModel([("nameWords", ASCENDING), ("_id", ASCENDING)]),
    IndexModel("emailKey", sparse=True),
)
# With the title, searching titles reads only the index.
COURSE_INDEXES = (IndexModel([("key", ASCENDING), ("version", DESCENDING), ("titleKey", ASCENDING)]),)
# SecantusDB has no index of `_id` that serves ranges, except one that begins with it.
RANGE_INDEX = IndexModel([("_id", ASCENDING), ("createdAt", ASCENDING)])
OLD_LEARNER_INDEXES = ("nameKey_1", "nameWords_1")
OLD_COURSE_INDEXES = ("key_1_version_-1",)
OLD_NAMES: Document = {
    "displayName": {"$type": "string"},
    "$or": [{"nameKey": {"$exists": True}}, {"nameWords": {"$ne": prefix_term("")}}],
}
"""Learners that an earlier version wrote."""
OLD_TITLES: Document = {"title": {"$type": "string"}, "titleKey": {"$exists": False}}
"""Course versions that an earlier version wrote."""


async def migrate_profiles(database: Database) -> Sequence[str]:
    """Create the indexes of profiles and fill `nameWords`. Returns what was done.

    Idempotent; an interrupted run is resumed by the next one. A gateway of an earlier version writes `nameKey` in its
    place, or no prefixes: after the last one has stopped, run this again.
    """
    learners = database[LEARNERS]
    with translate_errors("profiles"):
        await learners.create_indexes([*LEARNER_INDEXES])
        for name in OLD_LEARNER_INDEXES:
            await _drop_index(learners, name)
        filled = await _update(learners, OLD_NAMES, "displayName", _words_of_name)
    ranges = KeyRanges(database, LEARNERS, store="profiles")
    if await ranges.needed():
        with translate_errors("profiles"):
            await learners.create_indexes([RANGE_INDEX])
    indexed = [f"indexed the words of {filled:,} names"] if filled else []
    return [*indexed, *(["divided the learners into ranges"] if await ranges.fill() else [])]


async def migrate_catalog(database: Database) -> Sequence[str]:
    """Create the indexes of the catalog and fill `titleKey`. Returns what was done. Idempotent and resumable."""
    courses = database[COURSES]
    with translate_errors("catalog"):
        await courses.create_indexes([*COURSE_INDEXES])
        for name in OLD_COURSE_INDEXES:
            await _drop_index(courses, name)
        filled = await _update(courses, OLD_TITLES, "title", _key_of_title)
    indexed = [f"indexed the titles of {filled:,} course versions"] if filled else []
    divided = await KeyRanges(database, COURSES, store="catalog", key="key").fill()
    return [*indexed, *(["divided the courses into ranges"] if divided else [])]


def _words_of_name(name: str) -> Document:
    return {"$set": {"nameWords": name_terms(name)}, "$unset": {"nameKey": ""}}


def _key_of_title(title: str) -> Document:
    return {"$set": {"titleKey": folded(title)}}


async def _update(
    collection: AsyncCollection[Document], old: Document, field: str, change: Callable[[str], Document]
) -> int:
    """Update each old document by the value of a field, unless that changed meanwhile. Returns how many there were."""
    updated = 0
    async for batch in _batches(collection, old, field):
        updates: list[Any] = [
            UpdateOne({"_id": found["_id"], field: found[field]}, change(found[field])) for found in batch
        ]
        updated += (await collection.bulk_write(updates, ordered=False)).matched_count
    return updated


async def _batches(collection: AsyncCollection[Document], old: Document, field: str) -> AsyncIterator[list[Document]]:
    batch: list[Document] = []
    async for document in collection.find(old, {field: 1}, batch_size=MONGO_INSERTS):
        if isinstance(document.get(field), str):
            batch.append(document)
        if len(batch) == MONGO_INSERTS:
            yield batch
            batch = []
    if batch:
        yield batch


async def _drop_index(collection: AsyncCollection[Document], name: str) -> None:
    if name in await collection.index_information():
        await collection.drop_index(name)
