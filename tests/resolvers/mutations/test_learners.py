"""createLearner and updateLearner."""

from dataclasses import replace
from typing import Any
from uuid import RFC_4122, UUID

import pytest

from resolvers.types.scalars import show_time
from stores.domain.profiles import Profile
from tests.resolvers import world
from tests.resolvers.school import ADA_ID, School

UPDATE = """mutation ($input: UpdateLearnerInput!) { updateLearner(input: $input) {
  learner { displayName email preferences attributes goals version updatedAt } errors { code message path } } }"""
CREATE = """mutation ($input: CreateLearnerInput!) { createLearner(input: $input) {
  learner { learnerId displayName version timeZone preferences } errors { code path } } }"""
NEW = {"learnerId": "new", "displayName": "Nia", "locale": "cy-GB", "timeZone": "Europe/London"}


async def test_an_update_changes_the_given_fields_and_merges_documents(school: School) -> None:
    given = {
        "id": ADA_ID,
        "displayName": "Ada L.",
        "goals": ["teach"],
        "preferences": {"theme": None, "size": {"x": 1}},
    }
    payload = await school.write(UPDATE, given, world.learner())
    assert payload == {
        "learner": {
            "displayName": "Ada L.",
            "email": "learner-ada@example.org",
            "preferences": {"size": {"x": 1}},
            "attributes": {"born": 1815},
            "goals": ["teach"],
            "version": 2,
            "updatedAt": show_time(world.NOW),
        },
        "errors": [],
    }
    again = await school.write(UPDATE, {"id": ADA_ID, "email": None, "preferences": {"size": {"y": 2}}})
    assert again["learner"]["preferences"] == {"size": {"x": 1, "y": 2}}
    assert (again["learner"]["email"], again["learner"]["version"]) == (None, 3)


async def test_an_update_of_another_version_is_a_conflict(school: School) -> None:
    payload = await school.write(UPDATE, {"id": ADA_ID, "ifVersion": 7, "displayName": "X"})
    assert payload["learner"] is None
    assert [error["code"] for error in payload["errors"]] == ["CONFLICT"]
    assert (await school.stores.profiles.by_ids([world.ADA]))[world.ADA].display_name == "Ada"


async def test_concurrent_updates_without_a_version_lose_nothing(school: School) -> None:
    """Another writer comes between reading and writing; the second try sees what they wrote."""
    profiles = school.stores.profiles

    class Busy:
        def __init__(self) -> None:
            self.times = 2

        def __getattr__(self, name: str) -> Any:
            return getattr(profiles, name)

        async def replace(self, profile: Profile) -> bool:
            if self.times:
                self.times -= 1
                kept = (await profiles.by_ids([profile.learner_id]))[profile.learner_id]
                other = {**kept.attributes, f"other{self.times}": True}
                assert await profiles.replace(replace(kept, attributes=other, version=kept.version + 1))
            return await profiles.replace(profile)

    busy = School(replace(school.stores, profiles=Busy()))
    payload = await busy.write(UPDATE, {"id": ADA_ID, "attributes": {"mine": True}})
    assert payload["learner"]["attributes"] == {"born": 1815, "other0": True, "other1": True, "mine": True}
    assert payload["learner"]["version"] == 4


async def test_a_learner_id_is_created_once(school: School) -> None:
    payload = await school.write(CREATE, NEW)
    assert payload["learner"] == {
        "learnerId": "new",
        "displayName": "Nia",
        "version": 1,
        "timeZone": "Europe/London",
        "preferences": {},
    }
    again = await school.write(CREATE, {**NEW, "displayName": "Other"})
    assert again == {"learner": None, "errors": [{"code": "CONFLICT", "path": ["input", "learnerId"]}]}
    without = {name: value for name, value in NEW.items() if name != "learnerId"}
    made = UUID((await school.write(CREATE, without))["learner"]["learnerId"])
    assert (made.version, made.variant) == (7, RFC_4122)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"displayName": "  "}, ["displayName"]),
        ({"displayName": "x" * 1001}, ["displayName"]),
        ({"displayName": "a\0b"}, ["displayName"]),
        ({"learnerId": ""}, ["learnerId"]),
        ({"learnerId": "x" * 513}, ["learnerId"]),
        ({"learnerId": "数" * 171}, ["learnerId"]),
        ({"avatarUrl": "http://example.org/a.png"}, ["avatarUrl"]),
        ({"avatarUrl": "http://127.0.0.1.example.org/a.png"}, ["avatarUrl"]),
        ({"avatarUrl": "javascript:alert(1)"}, ["avatarUrl"]),
        ({"avatarUrl": "data:image/png;base64,AAAA"}, ["avatarUrl"]),
        ({"avatarUrl": "//example.org/a.png"}, ["avatarUrl"]),
        ({"avatarUrl": "https:///a.png"}, ["avatarUrl"]),
        ({"avatarUrl": "https://user:secret@example.org/a.png"}, ["avatarUrl"]),
        ({"avatarUrl": "https://example.org:port/a.png"}, ["avatarUrl"]),
        ({"avatarUrl": "https://[::1/a.png"}, ["avatarUrl"]),
        ({"email": "nobody"}, ["email"]),
        ({"locale": "english (uk)"}, ["locale"]),
        ({"timeZone": "Mars/Olympus"}, ["timeZone"]),
        ({"timeZone": "/etc/passwd"}, ["timeZone"]),
        ({"timeZone": "localtime"}, ["timeZone"]),
        ({"timeZone": "right/Europe/Berlin"}, ["timeZone"]),
        ({"timeZone": "Factory"}, ["timeZone"]),
        ({"timeZone": ""}, ["timeZone"]),
        ({"goals": ["fine", ""]}, ["goals", "1"]),
        ({"skills": ["x"] * 101}, ["skills"]),
        ({"preferences": ["no", "object"]}, ["preferences"]),
        ({"preferences": {"x": "y" * 65_536}}, ["preferences"]),
        ({"attributes": {"x": ["a\0b"]}}, ["attributes"]),
        ({"attributes": {"x": 2**64}}, ["attributes"]),
    ],
)
async def test_faults_of_a_learner_have_a_code_and_a_path(school: School, change: Any, path: list[str]) -> None:
    payload = await school.write(CREATE, NEW | change)
    assert payload == {"learner": None, "errors": [{"code": "BAD_USER_INPUT", "path": ["input", *path]}]}
    assert await school.stores.profiles.by_ids(["new", ""]) == {}


@pytest.mark.parametrize(
    "url",
    ["https://example.org/a.png", "http://localhost:8000/a.png", "http://127.0.0.1/a", "http://[::1]:80/a", "", None],
)
async def test_an_avatar_url_is_https_or_on_loopback(school: School, url: str | None) -> None:
    query = UPDATE.replace("learner { displayName", "learner { avatarUrl displayName")
    payload = await school.write(query, {"id": ADA_ID, "avatarUrl": url})
    assert (payload["errors"], payload["learner"]["avatarUrl"]) == ([], url or None)


async def test_patches_cannot_make_a_document_too_large(school: School) -> None:
    half = {"a": "x" * 40_000}
    assert (await school.write(UPDATE, {"id": ADA_ID, "preferences": half}))["errors"] == []
    payload = await school.write(UPDATE, {"id": ADA_ID, "preferences": {"b": "x" * 40_000}})
    assert [error["path"] for error in payload["errors"]] == [["input", "preferences"]]
