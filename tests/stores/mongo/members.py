"""A collection of another application, and a mapping that reads profiles from it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from stores.domain.profile_mapping import FieldSource, KeyType, ProfileMapping
from stores.domain.profiles import Profile
from stores.mongo.client import Database
from stores.mongo.mapped_profiles import MappedProfiles
from tests.backends import Servers, fresh_mongo

MEMBERS = "members"
BY_NUMBER = {"key": "number", "key_type": KeyType.INT}
FIELDS = {
    "display_name": FieldSource("name.full"),
    "email": FieldSource("emails.0.address"),
    "locale": FieldSource("lang"),
    "time_zone": FieldSource("settings.zone"),
    "avatar_url": FieldSource("picture"),
    "goals": FieldSource("goals"),
    "preferences": FieldSource("settings"),
    "attributes": FieldSource("more"),
    "created_at": FieldSource("joined"),
}


def mapping(**parts: Any) -> ProfileMapping:
    """The mapping of the members. `fields` replace or add some."""
    fields = FIELDS | parts.pop("fields", {})
    return ProfileMapping(**{"collection": MEMBERS, "key": "_id", "fields": fields, "time_zone": "Asia/Tokyo"} | parts)


def member(profile: Profile) -> dict[str, Any]:
    """The document in which the other application would keep this profile."""
    return {
        "_id": profile.learner_id,
        "name": {"full": profile.display_name, "key": profile.display_name.lower()},
        "lang": profile.locale,
        "settings": {"zone": profile.time_zone},
        "joined": profile.created_at,
        "passwordHash": "secret",
    }


class OtherApplication(MappedProfiles):
    """Mapped profiles to which the contract tests can add documents, as their owner would."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, mapping(fields={"preferences": FieldSource("no such")}))
        self._members = database[MEMBERS]

    async def add(self, profiles: Sequence[Profile]) -> int:
        await self._members.insert_many([member(profile) for profile in profiles])
        return len(profiles)


@asynccontextmanager
async def other_application(servers: Servers) -> AsyncIterator[OtherApplication]:
    async with fresh_mongo(servers) as database:
        yield OtherApplication(database)
