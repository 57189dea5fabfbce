"""createLearners and enrollMany: a verdict each, repetitions are harmless, and few store calls."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from strawberry.relay import to_base64

from resolvers.policy.policy import Policy
from resolvers.types.scalars import show_time
from stores.errors import Unavailable
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA, BrokenStore
from tests.resolvers.school import ADA_ID, BEN_ID, BEN_IN_BOTANY, IN_ALGEBRA, School, uuid

CREATE = """mutation ($input: CreateLearnersInput!) { createLearners(input: $input) {
  results { learner { learnerId displayName } errors { code path } } errors { code path } } }"""
ENROLL = """mutation ($input: EnrollManyInput!) { enrollMany(input: $input) {
  results { enrollment { registration state } errors { code path } } errors { code path } } }"""


def person(key: str | None, name: str = "New", **more: Any) -> dict[str, Any]:
    given = {"displayName": name, "locale": "en-GB", "timeZone": "Europe/London", **more}
    return given if key is None else {"learnerId": key, **given}


def fault(code: str, *path: str) -> list[dict[str, Any]]:
    return [{"code": code, "path": ["input", *path]}]


async def create(school: School, *given: dict[str, Any]) -> list[dict[str, Any]]:
    payload = await school.write(CREATE, {"learners": list(given)})
    assert payload["errors"] == []
    return list(payload["results"])


async def enroll(school: School, *given: dict[str, Any], **more: Any) -> list[str]:
    """The registration of each, or the code and the last part of the path of its refusal."""
    payload = await school.write(ENROLL, {"enrollments": list(given)}, **more)
    assert payload["errors"] == []
    for place, each in enumerate(payload["results"]):
        assert all(error["path"][:3] == ["input", "enrollments", str(place)] for error in each["errors"])
    return [
        each["enrollment"]["registration"]
        if each["enrollment"]
        else f"{each['errors'][0]['code']} {each['errors'][0]['path'][-1]}"
        for each in payload["results"]
    ]


def takes(learner: str, course: str = world.BOTANY, **more: Any) -> dict[str, Any]:
    return {
        "learner": learner if learner in (ADA_ID, BEN_ID) else to_base64("Learner", learner),
        "course": course,
        **more,
    }


async def calls_of(school: School, query: str, given: dict[str, Any]) -> list[tuple[str, int]]:
    peer = replace(world.peer_of(school.stores, world.admin()), trace=True)
    result = await SCHEMA.execute(query, variable_values={"input": given}, context_value=peer)
    assert result.errors is None
    assert result.extensions is not None
    return [(batch["call"], batch["keys"]) for batch in result.extensions["stores"]["batches"]]


async def test_each_learner_has_a_verdict(school: School) -> None:
    found = await create(
        school,
        person("one"),
        person("two", email="nonsense", timeZone="Mars"),
        person(None, "Made"),
        person("one", "Else"),
    )
    assert [each["learner"] and each["learner"]["displayName"] for each in found] == ["New", None, "Made", None]
    assert found[1]["errors"] == [
        *fault("BAD_USER_INPUT", "learners", "1", "email"),
        *fault("BAD_USER_INPUT", "learners", "1", "timeZone"),
    ]
    assert found[3]["errors"] == fault("CONFLICT", "learners", "3", "learnerId")
    assert (await school.stores.profiles.by_ids(["one", "two"])).keys() == {"one"}


async def test_the_same_learner_again_is_the_existing_one(school: School) -> None:
    given = person("one", goals=["chess"], attributes={"a": [1, 2.5, None]})
    (first,) = await create(school, given)
    kept = await school.stores.profiles.by_ids(["one"])
    again, other, new = await create(school, given, person("one", goals=["go"]), person("new"))
    assert again == first
    assert other["errors"] == fault("CONFLICT", "learners", "1", "learnerId")
    assert new["errors"] == []
    assert await school.stores.profiles.by_ids(["one"]) == kept


async def test_only_an_admin_creates_learners(school: School) -> None:
    payload = await school.write(CREATE, {"learners": [person("one")]}, world.instructor(world.ALGEBRA))
    assert payload == {"results": [], "errors": [{"code": "FORBIDDEN", "path": ["input"]}]}


@pytest.mark.parametrize(("query", "part"), [(CREATE, "learners"), (ENROLL, "enrollments")])
async def test_more_than_500_are_refused(school: School, query: str, part: str) -> None:
    one = person(None) if part == "learners" else takes(ADA_ID)
    payload = await school.write(query, {part: [one] * 501})
    assert payload == {"results": [], "errors": fault("TOO_MANY", part)}
    assert await school.write(query, {part: []}) == {"results": [], "errors": []}


async def test_a_store_that_is_down_refuses_the_whole_batch(school: School) -> None:
    broken = School(replace(school.stores, profiles=BrokenStore(lambda: Unavailable("profiles", "down"))))
    for query, part, given in ((CREATE, "learners", person("x")), (ENROLL, "enrollments", takes(ADA_ID))):
        payload = await broken.write(query, {part: [given]})
        assert payload == {"results": [], "errors": [{"code": "STORE_UNAVAILABLE", "path": []}]}


async def test_each_enrolment_has_a_verdict(school: School) -> None:
    found = await enroll(
        school,
        takes("learner-001", registration=uuid(1)),
        takes("nobody"),
        takes("learner-002", "no course"),
        {**takes(ADA_ID), "learner": "nonsense"},
        takes("learner-003", at="1999-01-01T00:00:00Z"),
        takes("learner-004", registration=uuid(1)),
        takes("learner-005", registration=uuid(5)),
    )
    assert found == [
        uuid(1),
        "UNKNOWN_LEARNER learner",
        "UNKNOWN_COURSE course",
        "BAD_USER_INPUT learner",
        "BAD_USER_INPUT at",
        "CONFLICT registration",
        uuid(5),
    ]


async def test_the_same_enrolment_again_is_the_existing_one(school: School) -> None:
    at = show_time(world.NOW)
    given = takes("learner-001", registration=uuid(1), attributes={"cohort": 7}, at=at)
    assert await enroll(school, given) == [uuid(1)]
    before = await school.stores.progress.course_progress([UUID(int=1)])
    bare = {name: value for name, value in given.items() if name not in ("registration", "at")}
    assert await enroll(school, given, given, bare) == [uuid(1), uuid(1), "CONFLICT learner"]
    assert await enroll(school, bare) == [uuid(1)]
    for part, value in (("attributes", {"cohort": 8}), ("at", "2026-03-01T00:00:00Z")):
        assert await enroll(school, {**given, part: value}) == ["CONFLICT learner"]
    assert await enroll(school, {**given, "registration": uuid(2)}) == ["CONFLICT registration"]
    assert await school.stores.progress.course_progress([UUID(int=1)]) == before  # no event was recorded
    assert await enroll(school, takes(ADA_ID, world.ALGEBRA)) == [IN_ALGEBRA]


async def test_a_learner_who_withdrew_returns(school: School) -> None:
    assert await enroll(school, takes(BEN_ID)) == [BEN_IN_BOTANY]
    row = (await school.stores.progress.by_registrations([UUID(BEN_IN_BOTANY)]))[UUID(BEN_IN_BOTANY)]
    assert row.state.value == "ACTIVE"


async def test_a_return_may_be_repeated(school: School) -> None:
    given = takes(BEN_ID, at=show_time(world.NOW), attributes={"via": "return"})
    assert await enroll(school, given) == await enroll(school, given) == [BEN_IN_BOTANY]
    assert await enroll(school, {**given, "at": show_time(world.NOW - timedelta(hours=1))}) == ["CONFLICT learner"]


async def test_viewers_enrol_whom_they_may(school: School) -> None:
    both = takes("learner-001"), takes("learner-001", world.ALGEBRA)
    peer = world.peer_of(school.stores, world.instructor(world.ALGEBRA), trace=False)
    allowed = replace(peer, policy=Policy(instructors_may_enroll=True))
    assert await enroll(school, *both, peer=peer) == ["FORBIDDEN 0", "FORBIDDEN 1"]
    assert await enroll(school, *both, peer=allowed) == ["FORBIDDEN 0", str(world.registration(world.ALGEBRA, 1))]


async def test_concurrent_senders_make_one_enrolment_each(school: School) -> None:
    batch = [takes(f"learner-{n:03d}") for n in range(1, 20)]
    one, other = await asyncio.gather(enroll(school, *batch), enroll(school, *batch))
    assert one == other
    assert len(set(one)) == 19


async def test_500_records_cost_few_store_calls(school: School) -> None:
    people = [person(f"p{n}") for n in range(500)]
    calls = await calls_of(school, CREATE, {"learners": people})
    assert calls == [("add", 500), *[("by_ids", 100)] * 5]
    calls = await calls_of(school, ENROLL, {"enrollments": [takes(f"p{n}") for n in range(500)]})
    assert [call for call, _ in calls].count("record") == 1
    assert len(calls) <= 20
    assert all(keys >= 100 for call, keys in calls if call in ("by_ids", "by_learners", "by_registrations"))
