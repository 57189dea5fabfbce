"""createCourse."""

from typing import Any

import pytest

from tests.resolvers.school import School

PUBLISH = """mutation ($input: CreateCourseInput!) { createCourse(input: $input) {
  course { key version modules { items { key weight completionThreshold completeOnView estimatedDurationSeconds } } }
  errors { code path } } }"""


def item(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": "PAGE", "title": key, "moveOn": "COMPLETED", **more}


def course(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"key": "course-v1:Q+New+1", "title": "New", "modules": [{"title": "One", "items": list(items)}], **more}


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


async def test_the_fields_for_front_ends_are_published(school: School) -> None:
    query = """mutation ($input: CreateCourseInput!) { createCourse(input: $input) {
      course { imageUrl enforcePrerequisites modules { key items { launchUrl selfReported } } } errors { path } } }"""
    page = {**item("a"), "launchUrl": "https://example.org/a", "selfReported": True}
    modules = [{"title": "One", "items": [page]}, {"key": "two", "title": "Two", "items": [item("b")]}]
    given = course(imageUrl="https://example.org/c.png", modules=modules)
    payload = await school.write(query, given)
    first = {"launchUrl": "https://example.org/a", "selfReported": True}
    assert payload["errors"] == []
    assert payload["course"] == {
        "imageUrl": "https://example.org/c.png",
        "enforcePrerequisites": True,
        "modules": [
            {"key": "module-1", "items": [first]},
            {"key": "two", "items": [{"launchUrl": None, "selfReported": False}]},
        ],
    }
    free = await school.write(query, {**given, "enforcePrerequisites": False})
    assert free["course"]["enforcePrerequisites"] is False
    bad = [{**page, "launchUrl": "javascript:alert(1)"}]
    wrong = {
        "imageUrl": "http://example.org/c.png",
        "modules": [{"key": "module-2", "title": "One", "items": bad}, {"title": "Two", "items": [item("b")]}],
    }
    payload = await school.write(query, {**given, **wrong})
    assert [".".join(error["path"]) for error in payload["errors"]] == [
        "input.imageUrl",
        "input.modules.1.key",
        "input.modules.0.items.0.launchUrl",
    ]


async def test_all_faults_of_a_course_are_returned_at_once(school: School) -> None:
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
async def test_an_invalid_course_key_is_refused(school: School, key: str) -> None:
    payload = await school.write(PUBLISH, course(item("a"), key=key))
    assert payload["errors"] == [{"code": "BAD_USER_INPUT", "path": ["input", "key"]}]
    assert await school.stores.catalog.latest([key]) == {}


async def test_a_cycle_of_prerequisites_is_refused(school: School) -> None:
    items = (item("z"), item("a", prerequisites=["c"]), item("b", prerequisites=["a"]), item("c", prerequisites=["b"]))
    payload = await school.write(PUBLISH, course(*items))
    path = ["input", "modules", "0", "items", "1", "prerequisites"]
    assert payload == {"course": None, "errors": [{"code": "BAD_USER_INPUT", "path": path}]}
