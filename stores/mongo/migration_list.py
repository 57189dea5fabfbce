"""List what the MongoDB collections lack. It reads only: it creates nothing."""

import json
from collections.abc import Sequence
from typing import Any

from pymongo import IndexModel

from stores.domain.migration_steps import MigrationStep, Phase, StoreMigrations
from stores.mongo.client import COURSES, LEARNERS, Database, Document, translate_errors
from stores.mongo.key_ranges import KeyRanges
from stores.mongo.migrations import (
    COURSE_INDEXES,
    LEARNER_INDEXES,
    OLD_COURSE_INDEXES,
    OLD_LEARNER_INDEXES,
    OLD_NAMES,
    OLD_TITLES,
    RANGE_INDEX,
)


async def list_profiles(database: Database) -> StoreMigrations:
    """The indexes of profiles."""
    ranged = [RANGE_INDEX] if await KeyRanges(database, LEARNERS, store="profiles").needed() else []
    with translate_errors("profiles"):
        return await _indexes(database, LEARNERS, [*LEARNER_INDEXES, *ranged], OLD_LEARNER_INDEXES)


async def list_catalog(database: Database) -> StoreMigrations:
    """The indexes of the catalog."""
    with translate_errors("catalog"):
        return await _indexes(database, COURSES, COURSE_INDEXES, OLD_COURSE_INDEXES)


async def list_old_profiles(database: Database) -> Sequence[MigrationStep]:
    """A step if there are profiles without words of their names. Where there are none, it reads all of them."""
    with translate_errors("profiles"):
        return await _fill(database, LEARNERS, OLD_NAMES, "nameWords")


async def list_old_courses(database: Database) -> Sequence[MigrationStep]:
    """A step if there are course versions without the key of their title. Where there are none, it reads all of
    them."""
    with translate_errors("catalog"):
        return await _fill(database, COURSES, OLD_TITLES, "titleKey")


async def _indexes(
    database: Database, collection: str, wanted: Sequence[IndexModel], old: Sequence[str]
) -> StoreMigrations:
    found = await database[collection].index_information()
    pending = [_creation(collection, index.document) for index in wanted if index.document["name"] not in found]
    pending += [
        MigrationStep(
            name=f"drop {collection}.{name}",
            phase=Phase.CONTRACT,  # earlier versions search by it
            commands=[f"db.{collection}.dropIndex({json.dumps(name)})"],
        )
        for name in old
        if name in found
    ]
    return StoreMigrations(applied=sum(index.document["name"] in found for index in wanted), pending=pending)


def _creation(collection: str, document: dict[str, Any]) -> MigrationStep:
    options = {key: value for key, value in document.items() if key != "key"}
    command = f"db.{collection}.createIndex({json.dumps(dict(document['key']))}, {json.dumps(options)})"
    return MigrationStep(name=f"index {collection}.{document['name']}", phase=Phase.EXPAND, commands=[command])


async def _fill(database: Database, collection: str, old: Document, field: str) -> Sequence[MigrationStep]:
    if await database[collection].find_one(old, {"_id": 1}) is None:
        return []
    # Earlier versions write documents without the field meanwhile: a later run fills these.
    about = f"// in Python (stores.mongo.migrations): sets {field} where db.{collection}.find({json.dumps(old)})"
    return [MigrationStep(name=f"fill {collection}.{field}", phase=Phase.MIGRATE, commands=[about])]
