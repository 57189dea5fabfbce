"""Learners and courses by reference: a store that is down costs its own fields, whatever leads to the object."""

from typing import Any

import pytest
from strawberry.relay import to_base64

from tests.resolvers import world
from tests.resolvers.mutations.test_interactions import interaction
from tests.resolvers.queries import SCHEMA, ask
from tests.resolvers.school import IN_ALGEBRA, School, service

RANGE = 'range: {from: "2026-03-28T00:00:00Z", to: "2026-03-30T00:00:00Z"}'
ADA = f'learner(learnerId: "{world.ADA}")'


def codes(result: Any) -> dict[tuple[Any, ...], str]:
    return {tuple(error.path): error.extensions["code"] for error in result.errors or []}


async def test_root_fields_give_the_object_by_its_key_while_its_store_is_down() -> None:
    node = 'node(id: "TGVhcm5lcjpub2JvZHk=") { id }'
    result = await ask(f"{{ {ADA} {{ learnerId displayName presence {{ status }} }} {node} }}", down="profiles")
    assert result.data["learner"] == {
        "learnerId": world.ADA,
        "displayName": None,
        "presence": {"status": "ONLINE"},
    }
    assert result.data["node"] == {"id": "TGVhcm5lcjpub2JvZHk="}
    assert codes(result) == {("learner", "displayName"): "STORE_UNAVAILABLE"}

    query = f'{{ course(key: "{world.ALGEBRA}") {{ key title onlineNow enrollments {{ totalCount }} }} }}'
    result = await ask(query, down="catalog")
    expected = {"key": world.ALGEBRA, "title": None, "onlineNow": 2, "enrollments": {"totalCount": world.IN_ALGEBRA}}
    assert result.data == {"course": expected}
    assert codes(result) == {("course", "title"): "STORE_UNAVAILABLE"}


async def test_root_fields_are_null_for_what_does_not_exist() -> None:
    result = await ask('{ learner(learnerId: "nobody") { id } course(key: "nothing") { key } }')
    assert result.data == {"learner": None, "course": None}
    assert codes(result) == {}


async def test_activity_in_a_given_zone_needs_no_profile() -> None:
    given = f'given: activity(window: DAY, {RANGE}, timeZone: "Europe/Berlin") {{ start events learners }}'
    own = f"own: activity(window: DAY, {RANGE}) {{ start events learners }}"
    whole = await ask(f"{{ {ADA} {{ {given} {own} }} }}")
    assert whole.errors is None
    assert whole.data["learner"]["given"] == whole.data["learner"]["own"] != []
    result = await ask(f"{{ {ADA} {{ {given} {own} }} }}", down="profiles")
    assert result.data["learner"] == {"given": whole.data["learner"]["given"], "own": None}
    assert codes(result) == {("learner", "own"): "STORE_UNAVAILABLE"}


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "localtime"])
async def test_a_given_zone_must_be_one(zone: str) -> None:
    result = await ask(f'{{ {ADA} {{ activity(window: DAY, {RANGE}, timeZone: "{zone}") {{ events }} }} }}')
    assert codes(result) == {("learner", "activity"): "BAD_USER_INPUT"}


async def test_a_learner_without_a_profile_has_null_fields_and_their_records() -> None:
    result = await ask("{ me { learnerId displayName locale activity(window: DAY, " + RANGE + ") { events } } }")
    assert result.data == {"me": {"learnerId": "root", "displayName": None, "locale": None, "activity": None}}
    assert result.errors is None


RECORD = """mutation($input: RecordInteractionsInput!) { recordInteractions(input: $input) {
  results { status } enrollments { registration progress { id itemsDone } } errors { code } } }"""


async def test_a_batch_returns_the_enrolments_that_it_changed() -> None:
    stores = await world.open_school()
    events = [
        interaction(1, "COMPLETED"),
        interaction(2, itemKey="nothing"),
        interaction(3, itemKey="page"),
    ]
    payload = await School(stores).write(RECORD, {"events": events})
    assert [each["status"] for each in payload["results"]] == ["ACCEPTED", "REJECTED", "ACCEPTED"]
    assert [each["registration"] for each in payload["enrollments"]] == [IN_ALGEBRA]
    assert payload["enrollments"][0]["progress"]["itemsDone"] == 2


async def test_a_payload_shows_no_enrolment_that_a_query_may_not_see() -> None:
    stores = await world.open_school()
    payload = await School(stores).write(RECORD, {"events": [interaction(1, itemKey="page")]}, service("events:write"))
    assert payload["results"] == [{"status": "ACCEPTED"}]
    assert payload["enrollments"] == []
    peer = world.peer_of(stores, service("events:write"), trace=False)
    result = await SCHEMA.execute(f'{{ enrollment(registration: "{IN_ALGEBRA}") {{ id }} }}', context_value=peer)
    assert codes(result) == {("enrollment",): "FORBIDDEN"}


WITHDRAW = """mutation($input: WithdrawInput!) { withdraw(input: $input) {
  registration enrollment { id } errors { code } } }"""
SET = """mutation($input: SetItemProgressInput!) { setItemProgress(input: $input) {
  enrollment { id } item { id } progress { id } errors { code } } }"""


async def test_a_service_writes_without_reading() -> None:
    school = School(await world.open_school())
    writer, given = service("events:write"), {"registration": IN_ALGEBRA}
    payload = await school.write(SET, {**given, "itemKey": "video", "progress": 1}, writer)
    assert payload == {"enrollment": None, "item": None, "progress": None, "errors": []}
    payload = await school.write(WITHDRAW, given, writer)
    assert payload == {"registration": IN_ALGEBRA, "enrollment": None, "errors": []}
    payload = await school.write(SET, {**given, "itemKey": "video", "progress": 1}, world.learner())
    assert all(payload[part]["id"] for part in ("enrollment", "item", "progress"))


async def test_a_pinned_version_of_a_course_has_an_id_of_its_own() -> None:
    stores = await world.open_school()
    await stores.catalog.publish(world.course(world.ALGEBRA, "Algebra again"))
    peer = world.peer_of(stores, world.admin(), trace=False)
    query = f"""{{
      newest: course(key: "{world.ALGEBRA}") {{ id key version title }}
      enrollment(registration: "{IN_ALGEBRA}") {{ course {{ id key version title }} }}
    }}"""
    data = (await SCHEMA.execute(query, context_value=peer)).data
    assert data is not None
    newest, pinned = data["newest"], data["enrollment"]["course"]
    assert (newest["version"], pinned["version"]) == (2, 1)
    assert newest["id"] != pinned["id"]
    lookup = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Course { id key version title } } }"
    unknown = [to_base64("Course", f"{version}/{world.ALGEBRA}") for version in (3, 10**30)]
    ids = [pinned["id"], newest["id"], *unknown]
    found = await SCHEMA.execute(lookup, variable_values={"ids": ids}, context_value=peer)
    assert found.data == {"nodes": [pinned, newest, None, None]}
