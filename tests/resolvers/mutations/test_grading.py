"""What learners may state of themselves: no grades of required items, and no attempts at locked ones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from resolvers.types.scalars import show_time
from resolvers.viewer import Viewer
from stores.domain.catalog import Course, Item, ItemType, Module, MoveOn
from stores.domain.progress import Enrollment
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA
from tests.resolvers.school import IN_ALGEBRA, School, service, uuid

KEY, REGISTRATION = "course-v1:Quad+Chess+2026", uuid(77)
RECORD = """mutation ($input: RecordInteractionsInput!) { recordInteractions(input: $input) {
  results { status error { code path message } } } }"""
SUBMIT = """mutation ($input: SubmitAttemptInput!) { submitAttempt(input: $input) {
  item { state attempts bestScore } errors { code path } } }"""
STAFF = [world.admin(), world.instructor(KEY), service("events:write")]


def quiz(key: str, *prerequisites: str, **more: Any) -> Item:
    fields: dict[str, Any] = {
        "type": ItemType.QUIZ,
        "title": key,
        "move_on": MoveOn.PASSED,
        "mastery_score": 0.5,
    } | more
    return Item(key=key, prerequisites=prerequisites, **fields)


ITEMS = (
    Item(key="read", type=ItemType.PAGE, title="Read", move_on=MoveOn.COMPLETED, complete_on_view=True),
    quiz("drill", "read", self_reported=True),
    quiz("exam", "drill"),
    quiz("bonus", "read", move_on=MoveOn.NOT_APPLICABLE),
)


@pytest.fixture
async def chess(school: School) -> School:
    """The school with a course that enforces its prerequisites; Ada takes it."""
    await enroll(school, enforce=True)
    return school


async def enroll(school: School, *, enforce: bool, items: Sequence[Item] = ITEMS) -> None:
    modules = (Module(title="All", items=tuple(items)),)
    course = Course(
        key=KEY, version=1, title="Chess", modules=modules, published_at=world.NOW, enforce_prerequisites=enforce
    )
    course = await school.stores.catalog.publish(course)
    row = Enrollment(
        registration=UUID(REGISTRATION), learner_id=world.ADA, course_key=KEY, course_version=course.version
    )
    await school.stores.progress.enroll([row], items={course.pin: course.items})


def event(number: int, verb: str, item: str | None, **more: Any) -> dict[str, Any]:
    at = "2026-03-30T10:00:00.000Z"
    return {"id": uuid(number), "registration": REGISTRATION, "verb": verb, "itemKey": item, "at": at, **more}


async def record(school: School, *events: dict[str, Any], viewer: Viewer | None = None) -> list[str]:
    payload = await school.write(RECORD, {"events": list(events)}, viewer or world.learner())
    return [
        each["status"] if each["error"] is None else f"{each['error']['code']} {each['error']['path'][-1]}"
        for each in payload["results"]
    ]


async def test_a_learner_states_no_grade_of_a_required_item(chess: School) -> None:
    events = [
        event(1, "VIEWED", "read"),
        event(2, "PASSED", "drill", score=0.9),
        event(3, "PASSED", "exam"),
        event(4, "FAILED", "exam"),
        event(5, "ATTEMPTED", "exam", score=0.9),
        event(6, "COMPLETED", "exam", success=True),
        event(7, "PROGRESSED", "exam", progress=1, score=0.1),
        event(8, "ATTEMPTED", "exam"),
        event(9, "COMPLETED", "exam"),
        event(10, "ATTEMPTED", "bonus", score=1, success=True),
        event(11, "INTERACTED", None, score=1),
    ]
    assert await record(chess, *events) == [
        "ACCEPTED",
        "ACCEPTED",
        "FORBIDDEN verb",
        "FORBIDDEN verb",
        "FORBIDDEN score",
        "FORBIDDEN success",
        "FORBIDDEN score",
        *["ACCEPTED"] * 4,
    ]
    rows = (await chess.stores.progress.item_progress([UUID(REGISTRATION)]))[UUID(REGISTRATION)]
    assert (rows["exam"].attempts, rows["exam"].passed_at, rows["exam"].best_score) == (1, None, None)


@pytest.mark.parametrize("viewer", STAFF, ids=lambda viewer: viewer.role.value)
async def test_staff_and_services_may_grade_whatever_is_locked(chess: School, viewer: Viewer) -> None:
    assert await record(chess, event(1, "PASSED", "exam", score=1, success=True), viewer=viewer) == ["ACCEPTED"]
    given = {"registration": REGISTRATION, "itemKey": "exam", "score": 0.75}
    payload = await chess.write(SUBMIT, given, viewer)
    assert payload["errors"] == []


async def test_an_attempt_without_a_score_is_ungraded(chess: School) -> None:
    await record(chess, event(1, "VIEWED", "read"), event(2, "PASSED", "drill"))
    given = {"registration": REGISTRATION, "itemKey": "exam"}
    for part, value in (("score", 0.9), ("success", True), ("success", False)):
        payload = await chess.write(SUBMIT, {**given, part: value}, world.learner())
        assert payload == {"item": None, "errors": [{"code": "FORBIDDEN", "path": ["input", part]}]}
    payload = await chess.write(SUBMIT, given, world.learner())
    assert payload == {"item": {"state": "IN_PROGRESS", "attempts": 1, "bestScore": None}, "errors": []}


async def test_a_learner_cannot_certify_themself(chess: School) -> None:
    said = [
        event(n, verb, item.key)
        for n, (verb, item) in enumerate((v, i) for v in ("PASSED", "COMPLETED") for i in ITEMS)
    ]
    await record(chess, *said)
    query = f'{{ enrollment(registration: "{REGISTRATION}") {{ state certificate {{ verifyCode }} }} }}'
    result = await SCHEMA.execute(query, context_value=world.peer_of(chess.stores, world.learner(), trace=False))
    assert result.data == {"enrollment": {"state": "ACTIVE", "certificate": None}}


async def test_an_attempt_at_a_locked_item_is_refused_until_it_is_unlocked(chess: School) -> None:
    attempt, view = event(1, "ATTEMPTED", "drill", score=0.8), event(2, "VIEWED", "read")
    assert await record(chess, attempt) == ["LOCKED itemKey"]
    assert await chess.kept(1) == []
    # The other events of the request count, whatever their order.
    assert await record(chess, attempt, view) == ["ACCEPTED", "ACCEPTED"]


async def test_a_refused_attempt_unlocks_nothing(chess: School) -> None:
    """The exam needs the drill, and the drill needs the page."""
    exam, drill = event(1, "ATTEMPTED", "exam"), event(2, "PASSED", "drill")
    assert await record(chess, exam, drill) == ["LOCKED itemKey", "LOCKED itemKey"]
    assert await record(chess, exam, drill, event(3, "VIEWED", "read")) == ["ACCEPTED"] * 3


async def test_only_attempts_are_locked(chess: School) -> None:
    events = [event(1, "PLAYED", "drill"), event(2, "COMPLETED", "exam"), event(3, "LAUNCHED", "exam")]
    assert await record(chess, *events) == ["ACCEPTED"] * 3
    payload = await chess.write(SUBMIT, {"registration": REGISTRATION, "itemKey": "exam"}, world.learner())
    assert payload["errors"] == [{"code": "LOCKED", "path": ["input", "itemKey"]}]


async def test_a_repeated_attempt_is_a_duplicate_although_the_item_is_locked_again(chess: School) -> None:
    view, attempt = event(1, "VIEWED", "read"), event(2, "ATTEMPTED", "drill", score=0.2)
    assert await record(chess, view, attempt) == ["ACCEPTED", "ACCEPTED"]
    assert await record(chess, event(3, "VOIDED", None, voids=uuid(1)), viewer=world.admin()) == ["ACCEPTED"]
    assert await record(chess, attempt) == ["DUPLICATE"]
    assert await record(chess, {**attempt, "id": uuid(4)}) == ["LOCKED itemKey"]


async def test_events_that_the_ledger_refuses_unlock_nothing(chess: School) -> None:
    other, view, attempt = event(1, "PLAYED", "bonus"), event(1, "VIEWED", "read"), event(2, "ATTEMPTED", "drill")
    assert await record(chess, other, view, attempt) == ["ACCEPTED", "CONFLICT id", "LOCKED itemKey"]
    assert await record(chess, view, attempt) == ["CONFLICT id", "LOCKED itemKey"]
    assert await record(chess, event(3, "VIEWED", "read"), attempt) == ["ACCEPTED", "ACCEPTED"]


async def test_an_id_that_another_course_takes_unlocks_nothing(chess: School) -> None:
    """Ada teaches the other course, whose events are not judged."""
    viewer = replace(world.instructor(world.ALGEBRA), subject=world.ADA)
    other = event(1, "VIEWED", "page", registration=IN_ALGEBRA)
    view, attempt = event(1, "VIEWED", "read"), event(2, "ATTEMPTED", "drill")
    assert await record(chess, other, view, attempt, viewer=viewer) == ["ACCEPTED", "CONFLICT id", "LOCKED itemKey"]
    repeated = {**attempt, "itemKey": "bonus"}
    assert await record(chess, repeated, attempt) == ["LOCKED itemKey", "LOCKED itemKey"]


async def test_a_long_chain_of_locked_items_is_judged_link_by_link(school: School) -> None:
    chain = [quiz(f"q{n}", *[f"q{n - 1}"] * (n > 0), self_reported=True) for n in range(400)]
    await enroll(school, enforce=True, items=chain)
    events = [event(n, "PASSED", f"q{n}") for n in range(1, 400)]
    assert await record(school, *events) == ["LOCKED itemKey"] * 399
    assert await record(school, *events[:3], event(999, "PASSED", "q0"), *events[4:]) == [
        *["ACCEPTED"] * 4,
        *["LOCKED itemKey"] * 395,
    ]


async def test_voided_events_unlock_nothing(chess: School) -> None:
    view, late, attempt = event(1, "VIEWED", "read"), event(2, "VIEWED", "read"), event(3, "ATTEMPTED", "drill")
    voids = [event(4, "VOIDED", None, voids=uuid(1)), event(5, "VOIDED", None, voids=uuid(2))]
    assert await record(chess, view) == ["ACCEPTED"]
    assert await record(chess, *voids, viewer=world.admin()) == ["ACCEPTED", "ACCEPTED"]
    assert await record(chess, view, late, attempt) == ["DUPLICATE", "ACCEPTED", "LOCKED itemKey"]


async def test_a_course_may_leave_its_prerequisites_open(school: School) -> None:
    await enroll(school, enforce=False)
    assert await record(school, event(1, "ATTEMPTED", "drill", score=0.2)) == ["ACCEPTED"]


async def test_judging_costs_a_call_only_where_an_attempt_may_be_locked(chess: School) -> None:
    def calls(result: Any) -> list[str]:
        return [batch["call"] for batch in result.extensions["stores"]["batches"]]

    async def made(*events: dict[str, Any]) -> list[str]:
        peer = replace(world.peer_of(chess.stores, world.learner()), trace=True)
        given = {"input": {"events": list(events)}}
        return calls(await SCHEMA.execute(RECORD, variable_values=given, context_value=peer))

    usual = ["by_registrations", "versions", "record"]
    assert await made(event(1, "PLAYED", "drill"), event(2, "VIEWED", "read")) == usual
    assert await made(event(3, "ATTEMPTED", "drill")) == ["by_registrations", "versions", "item_progress", "record"]


async def test_learners_state_what_they_did_in_the_last_days(school: School) -> None:
    def event(number: int, days: int) -> dict[str, Any]:
        at = show_time(world.NOW - timedelta(days=days))
        return {"id": uuid(number), "registration": IN_ALGEBRA, "verb": "VIEWED", "itemKey": "page", "at": at}

    batch = {"events": [event(1, 29), event(2, 31)]}
    refused = {"code": "BAD_USER_INPUT", "path": ["input", "events", "1", "at"]}
    first, second = (await school.write(RECORD, batch, world.learner()))["results"]
    assert first["status"] == "ACCEPTED"
    assert {key: second["error"][key] for key in refused} == refused
    assert [each["status"] for each in (await school.write(RECORD, batch))["results"]] == ["DUPLICATE", "ACCEPTED"]
    # Recorded by now, so a repetition is no statement of anything new.
    repeated = (await school.write(RECORD, batch, world.learner()))["results"]
    assert [each["status"] for each in repeated] == ["DUPLICATE", "DUPLICATE"]
