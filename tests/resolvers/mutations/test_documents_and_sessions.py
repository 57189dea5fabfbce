"""Mutations of profiles, courses and sessions: what is written, what is refused, and that nothing half is."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import RFC_4122, UUID

import pytest

from resolvers.types.scalars import show_time
from resolvers.viewer import Role, Viewer
from resolvers.writes.merge_patch import merge_patch
from stores.domain.profiles import Profile
from stores.domain.uuid7 import uuid7
from stores.errors import Unavailable
from tests.resolvers import world
from tests.resolvers.school import ADA_ID, BEN_ID, BEN_IN_BOTANY, IN_ALGEBRA, SCHEMA, School
from tests.resolvers.test_graph import Down

UPDATE = """mutation ($input: UpdateLearnerInput!) { updateLearner(input: $input) {
  learner { displayName email preferences attributes goals version updatedAt } errors { code message path } } }"""
CREATE = """mutation ($input: CreateLearnerInput!) { createLearner(input: $input) {
  learner { learnerId displayName version timeZone preferences } errors { code path } } }"""
PUBLISH = """mutation ($input: CreateCourseInput!) { createCourse(input: $input) {
  course { key version modules { items { key weight completionThreshold completeOnView estimatedDurationSeconds } } }
  errors { code path } } }"""
BEAT = """mutation ($input: HeartbeatInput!) { heartbeat(input: $input) {
  session { id itemKey position startedAt lastSeenAt course { title } } resume { itemKey position at }
  errors { code path } } }"""
END = """mutation ($input: EndSessionInput!) { endSession(input: $input) {
  session { id } resume { itemKey } errors { code } } }"""
NEW = {"learnerId": "new", "displayName": "Nia", "locale": "cy-GB", "timeZone": "Europe/London"}


def item(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": "PAGE", "title": key, "moveOn": "COMPLETED", **more}


def course(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"key": "course-v1:Q+New+1", "title": "New", "modules": [{"title": "One", "items": list(items)}], **more}


async def test_an_update_changes_what_it_names_and_merges_documents(school: School) -> None:
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


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merging_is_that_of_rfc_7396(target: Any, patch: Any, result: Any) -> None:
    """The RFC's own examples (appendix A)."""
    before = json.dumps(target)
    assert merge_patch(target, patch) == result
    assert json.dumps(target) == before


async def test_a_version_that_is_not_kept_any_more_is_a_conflict(school: School) -> None:
    payload = await school.write(UPDATE, {"id": ADA_ID, "ifVersion": 7, "displayName": "X"})
    assert payload["learner"] is None
    assert [error["code"] for error in payload["errors"]] == ["CONFLICT"]
    assert (await school.stores.profiles.by_ids([world.ADA]))[world.ADA].display_name == "Ada"


async def test_writers_without_a_version_lose_nothing_to_each_other(school: School) -> None:
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


async def test_a_learner_is_made_once(school: School) -> None:
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


def test_ids_that_we_make_are_in_the_order_of_time() -> None:
    """The example of RFC 9562, appendix A.6."""
    moment = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    random_bytes = (0xCC3 << 64 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    assert uuid7(moment, random_bytes) == UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
    assert uuid7(moment, bytes([255] * 10)) < uuid7(moment + timedelta(milliseconds=1), bytes(10))


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
async def test_bad_input_of_a_learner_is_typed_and_placed(school: School, change: Any, path: list[str]) -> None:
    payload = await school.write(CREATE, NEW | change)
    assert payload == {"learner": None, "errors": [{"code": "BAD_USER_INPUT", "path": ["input", *path]}]}
    assert await school.stores.profiles.by_ids(["new", ""]) == {}


@pytest.mark.parametrize(
    "url",
    ["https://example.org/a.png", "http://localhost:8000/a.png", "http://127.0.0.1/a", "http://[::1]:80/a", "", None],
)
async def test_pictures_come_by_https_or_from_loopback(school: School, url: str | None) -> None:
    query = UPDATE.replace("learner { displayName", "learner { avatarUrl displayName")
    payload = await school.write(query, {"id": ADA_ID, "avatarUrl": url})
    assert (payload["errors"], payload["learner"]["avatarUrl"]) == ([], url or None)


async def test_many_small_patches_do_not_make_a_document_too_large(school: School) -> None:
    half = {"a": "x" * 40_000}
    assert (await school.write(UPDATE, {"id": ADA_ID, "preferences": half}))["errors"] == []
    payload = await school.write(UPDATE, {"id": ADA_ID, "preferences": {"b": "x" * 40_000}})
    assert [error["path"] for error in payload["errors"]] == [["input", "preferences"]]


async def test_a_course_is_published_in_versions(school: School) -> None:
    items = (
        item("a"),
        item("b", weight=2.5, completionThreshold=0.8, prerequisites=["a"], estimatedDurationSeconds=90),
    )
    first = await school.write(PUBLISH, course(*items))
    assert first["errors"] == []
    assert (first["course"]["key"], first["course"]["version"]) == ("course-v1:Q+New+1", 1)
    a, b = first["course"]["modules"][0]["items"]
    assert (a["weight"], a["completionThreshold"], a["completeOnView"], a["estimatedDurationSeconds"]) == (
        1,
        1,
        False,
        None,
    )
    assert (b["weight"], b["completionThreshold"], b["estimatedDurationSeconds"]) == (2.5, 0.8, 90)
    assert (await school.write(PUBLISH, course(item("c"))))["course"]["version"] == 2


async def test_every_fault_of_a_course_is_told_at_once(school: School) -> None:
    bad = (
        item("a", weight=-1),
        item("a", masteryScore=1.5),
        item("", title="x", completionThreshold=-0.1),
        item("d", prerequisites=["d", "nothing"], estimatedDurationSeconds=-5),
        item("e", weight=1e308, estimatedDurationSeconds=1e308),
    )
    payload = await school.write(PUBLISH, course(*bad, title=" "))
    at = ["input", "modules", "0", "items"]
    assert sorted(error["path"] for error in payload["errors"]) == sorted(
        [
            ["input", "title"],
            [*at, "0", "weight"],
            [*at, "1", "key"],
            [*at, "1", "masteryScore"],
            [*at, "2", "key"],
            [*at, "2", "completionThreshold"],
            [*at, "3", "prerequisites", "0"],
            [*at, "3", "prerequisites", "1"],
            [*at, "3", "estimatedDurationSeconds"],
            [*at, "4", "weight"],
            [*at, "4", "estimatedDurationSeconds"],
        ]
    )
    assert await school.stores.catalog.latest(["course-v1:Q+New+1"]) == {}


@pytest.mark.parametrize("key", ["not a key", "course-v1:Org+Course", "/algebra", "x:" + "数" * 171])
async def test_a_course_key_is_checked_when_it_is_made(school: School, key: str) -> None:
    payload = await school.write(PUBLISH, course(item("a"), key=key))
    assert payload["errors"] == [{"code": "BAD_USER_INPUT", "path": ["input", "key"]}]
    assert await school.stores.catalog.latest([key]) == {}


async def test_prerequisites_that_form_a_cycle_are_refused(school: School) -> None:
    items = (item("z"), item("a", prerequisites=["c"]), item("b", prerequisites=["a"]), item("c", prerequisites=["b"]))
    payload = await school.write(PUBLISH, course(*items))
    path = ["input", "modules", "0", "items", "1", "prerequisites"]
    assert payload == {"course": None, "errors": [{"code": "BAD_USER_INPUT", "path": path}]}


async def test_a_heartbeat_keeps_session_presence_and_resume_point(school: School) -> None:
    given = {"sessionId": "tv", "registration": IN_ALGEBRA, "itemKey": "quiz", "position": 3.5, "device": "tv"}
    payload = await school.write(BEAT, given, world.learner())
    seen = show_time(world.NOW)
    assert payload == {
        "session": {
            "id": "tv",
            "itemKey": "quiz",
            "position": 3.5,
            "startedAt": seen,
            "lastSeenAt": seen,
            "course": {"title": "Algebra"},
        },
        "resume": {"itemKey": "quiz", "position": 3.5, "at": seen},
        "errors": [],
    }
    ended = await school.write(END, {"sessionId": "tv"}, world.learner())
    assert ended == {"session": None, "resume": {"itemKey": "quiz"}, "errors": []}
    assert await school.write(END, {"sessionId": "tv"}, world.learner()) == {
        "session": None,
        "resume": None,
        "errors": [],
    }


async def test_two_heartbeats_in_one_operation_are_each_read_afresh(school: School) -> None:
    both = """mutation {
      a: heartbeat(input: {sessionId: "t", registration: "%s", itemKey: "page"}) { session { itemKey } }
      b: heartbeat(input: {sessionId: "u", registration: "%s", itemKey: "quiz"}) { session { itemKey } } }"""
    peer = world.peer_of(school.stores, world.learner(), trace=False)
    result = await SCHEMA.execute(both % (IN_ALGEBRA, IN_ALGEBRA), context_value=peer)
    assert result.data == {"a": {"session": {"itemKey": "page"}}, "b": {"session": {"itemKey": "quiz"}}}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"itemKey": "nothing"}, ["itemKey"]),
        ({"position": -1}, ["position"]),
        ({"sessionId": "a\0"}, ["sessionId"]),
        ({"at": show_time(world.NOW + timedelta(minutes=6))}, ["at"]),
        ({"at": "1999-12-31T23:59:59Z"}, ["at"]),
    ],
)
async def test_bad_input_of_a_heartbeat_is_typed_and_placed(school: School, change: Any, path: list[str]) -> None:
    payload = await school.write(BEAT, {"sessionId": "s", "registration": IN_ALGEBRA} | change, world.learner())
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("BAD_USER_INPUT", ["input", *path])]
    assert (await school.stores.sessions.by_learners([world.ADA]))[world.ADA].session_id == "session-0"


async def test_a_heartbeat_on_a_withdrawn_enrolment_is_refused(school: School) -> None:
    payload = await school.write(BEAT, {"registration": BEN_IN_BOTANY}, world.learner(world.BEN))
    assert payload["errors"] == [{"code": "WITHDRAWN", "path": ["input", "registration"]}]
    assert await school.stores.sessions.by_learners([world.BEN]) == {}


@pytest.mark.parametrize(
    ("query", "given", "viewer"),
    [
        (UPDATE, {"id": BEN_ID, "displayName": "X"}, world.learner()),
        (UPDATE, {"id": ADA_ID, "displayName": "X"}, world.instructor(world.ALGEBRA)),
        (UPDATE, {"id": "TGVhcm5lcjpub2JvZHk=", "displayName": "X"}, world.admin()),
        (CREATE, NEW, world.learner()),
        (PUBLISH, course(item("a")), world.instructor("course-v1:Q+New+1")),
        (BEAT, {"registration": IN_ALGEBRA}, world.learner(world.BEN)),
        (BEAT, {"registration": IN_ALGEBRA}, world.admin()),
        (BEAT, {"registration": "00000000-0000-0009-0000-000000000000"}, world.learner()),
        (BEAT, {"registration": IN_ALGEBRA}, Viewer(subject=world.ADA, role=Role.SERVICE)),
        (END, {"sessionId": "s"}, Viewer(subject=world.ADA, role=Role.SERVICE)),
    ],
)
async def test_what_is_not_yours_or_does_not_exist_is_forbidden(
    school: School, query: str, given: dict[str, Any], viewer: Viewer
) -> None:
    payload = await school.write(query, given, viewer)
    assert [error["code"] for error in payload["errors"]] == ["FORBIDDEN"]
    profile = (await school.stores.profiles.by_ids([world.ADA]))[world.ADA]
    assert (profile.display_name, profile.version) == ("Ada", 1)


@pytest.mark.parametrize(
    ("down", "query", "given", "viewer"),
    [
        ("profiles", CREATE, NEW, world.admin()),
        ("profiles", UPDATE, {"id": ADA_ID, "displayName": "X"}, world.admin()),
        ("catalog", PUBLISH, course(item("a")), world.admin()),
        ("sessions", BEAT, {"registration": IN_ALGEBRA}, world.learner()),
        ("progress", BEAT, {"registration": IN_ALGEBRA}, world.learner()),
        ("sessions", END, {"sessionId": "s"}, world.learner()),
    ],
)
async def test_a_store_that_is_down_is_an_error_of_the_payload(
    school: School, down: str, query: str, given: dict[str, Any], viewer: Viewer
) -> None:
    fault: Callable[[], Exception] = lambda: Unavailable(down, "redis://:hunter2@cache refused")  # noqa: E731
    broken = School(replace(school.stores, **{down: Down(fault)}))
    payload = await broken.write(query, given, viewer)
    assert [error["code"] for error in payload["errors"]] == ["STORE_UNAVAILABLE"]
    assert "hunter2" not in str(payload)
