"""recordInteractions: each event has its own verdict, and some verbs are for staff."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from resolvers.mutations.interactions import InteractionInput
from resolvers.policy.policy import DEFAULT_POLICY, Policy
from resolvers.types.scalars import show_time
from resolvers.viewer import Viewer
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.progress import Enrollment, EnrollmentState
from stores.errors import TimedOut, Unavailable
from tests.resolvers import world
from tests.resolvers.queries import BrokenStore
from tests.resolvers.school import BEN_IN_BOTANY, IN_ALGEBRA, SCHEMA, School, service, uuid

RECORD = """mutation ($input: RecordInteractionsInput!) { recordInteractions(input: $input) {
  results { id status error { code path } } errors { code path } } }"""
AT = show_time(world.NOW - timedelta(hours=1))
TEACHER = world.instructor(world.ALGEBRA, world.BOTANY)
"""May grade."""
HIDDEN = "not found, or you may not see it"


def interaction(number: int, verb: str = "PLAYED", **more: Any) -> dict[str, Any]:
    return {"id": uuid(number), "registration": IN_ALGEBRA, "verb": verb, "itemKey": "video", "at": AT, **more}


async def record(
    school: School, *events: dict[str, Any], viewer: Viewer | None = None, policy: Policy = DEFAULT_POLICY
) -> list[str]:
    """The status of each event, or the code and the path of its rejection."""
    peer = replace(world.peer_of(school.stores, viewer or world.learner()), policy=policy)
    payload = await school.write(RECORD, {"events": list(events)}, peer=peer)
    assert payload["errors"] == []
    assert [result["id"] for result in payload["results"]] == [one["id"] for one in events]
    return [summary_of(result) for result in payload["results"]]


def summary_of(result: dict[str, Any]) -> str:
    assert (result["error"] is None) is (result["status"] != "REJECTED")
    return str(result["status"]) if result["error"] is None else f"{result['error']['code']} {place(result['error'])}"


def place(error: dict[str, Any]) -> str:
    head, events, *rest = error["path"]
    assert (head, events) == ("input", "events")
    return ".".join(rest)


async def test_an_event_is_recorded_exactly(school: School) -> None:
    said: dict[str, Any] = {
        "verbIri": "http://example.org/watched",
        "at": "2026-03-30T13:00:00.123999+02:00",
        "score": 1,
        "success": False,
        "progress": 0.25,
        "durationSeconds": 1.2345,
        "position": 61.5,
        "sessionId": "tv",
        "extensions": {"http://x/é": [1, 2.5, None, {"a": "\"'"}]},
    }
    assert await record(school, interaction(1, **said), viewer=TEACHER) == ["ACCEPTED"]
    assert await school.kept(1) == [
        Event(
            id=UUID(int=1),
            registration=UUID(IN_ALGEBRA),
            learner_id=world.ADA,
            course_key=world.ALGEBRA,
            verb=Verb.PLAYED,
            verb_iri="http://example.org/watched",
            at=datetime(2026, 3, 30, 11, 0, 0, 123_000, tzinfo=UTC),
            item_key="video",
            score=1.0,
            success=False,
            progress=0.25,
            duration_ms=1234,
            position=61.5,
            session_id="tv",
            extensions={"http://x/é": [1, 2.5, None, {"a": "\"'"}]},
        )
    ]


async def test_absent_fields_stay_absent_and_the_verb_gets_its_usual_iri(school: School) -> None:
    bare = {name: interaction(1)[name] for name in ("id", "registration", "verb", "at")}
    nulls = dict.fromkeys(("verbIri", "itemKey", "score", "success", "progress", "position", "sessionId", "voids"))
    nulls |= dict.fromkeys(("durationSeconds", "extensions"))
    assert await record(school, bare, {**bare, **nulls, "id": uuid(2)}) == ["ACCEPTED", "ACCEPTED"]
    one, other = await school.kept(1, 2)
    assert one == replace(other, id=one.id)
    assert (one.verb_iri, one.item_key, one.extensions) == (VERB_IRIS[Verb.PLAYED], None, {})


def test_the_input_has_every_field_of_an_event() -> None:
    derived = {"learner_id", "course_key", "slot"}  # they follow from the registration and the ledger
    named = {"duration_ms": "duration_seconds"}
    parts = {named.get(part.name, part.name) for part in fields(Event)} - derived
    assert {part.name for part in fields(InteractionInput)} == parts


async def test_a_wrong_event_costs_no_other_event(school: School) -> None:
    assert await record(school, interaction(1)) == ["ACCEPTED"]
    batch = [
        interaction(2, score=1.5),
        interaction(3, "ATTEMPTED", itemKey="quiz", score=0.7),
        interaction(1),
        interaction(1, position=3),
        interaction(4, itemKey="nothing"),
        interaction(5, registration=uuid(99)),
        interaction(6),
    ]
    assert await record(school, *batch, viewer=TEACHER) == [
        "BAD_USER_INPUT 0.score",
        "ACCEPTED",
        "DUPLICATE",
        "CONFLICT 3.id",
        "UNKNOWN_ITEM 4.itemKey",
        "FORBIDDEN 5.registration",
        "ACCEPTED",
    ]
    assert [event.id.int for event in await school.kept(1, 2, 3, 4, 5, 6)] == [1, 3, 6]
    rows = await school.stores.progress.item_progress([UUID(IN_ALGEBRA)])
    assert rows[UUID(IN_ALGEBRA)]["quiz"].best_score == 0.7


async def test_an_id_twice_in_a_batch_is_one_event(school: School) -> None:
    twice = [interaction(1), interaction(1), interaction(1, success=True)]
    assert await record(school, *twice, viewer=TEACHER) == ["ACCEPTED", "DUPLICATE", "CONFLICT 2.id"]


async def test_a_batch_may_have_many_enrolments(school: School) -> None:
    class_of = [interaction(n, registration=str(world.registration(world.ALGEBRA, n))) for n in range(world.IN_ALGEBRA)]
    botany = interaction(100, registration=BEN_IN_BOTANY)
    assert await record(school, *class_of, botany, viewer=world.admin()) == ["ACCEPTED"] * (world.IN_ALGEBRA + 1)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"at": "1999-12-31T23:59:59.999Z"}, "at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"at": "9999-12-31T23:59:59-14:00"}, "at"),
        ({"at": show_time(world.NOW + timedelta(minutes=5, milliseconds=1))}, "at"),
        ({"score": -0.1}, "score"),
        ({"score": 1.0000001}, "score"),
        ({"progress": 2}, "progress"),
        ({"durationSeconds": -1}, "durationSeconds"),
        ({"durationSeconds": 366 * 86_400 + 0.001}, "durationSeconds"),
        ({"durationSeconds": 1e300}, "durationSeconds"),
        ({"position": -0.5}, "position"),
        ({"verbIri": " "}, "verbIri"),
        ({"verbIri": "x" * 1001}, "verbIri"),
        ({"verbIri": "a\0b"}, "verbIri"),
        ({"itemKey": ""}, "itemKey"),
        ({"itemKey": "\ud800"}, "itemKey"),
        ({"sessionId": "x" * 513}, "sessionId"),
        ({"sessionId": "\0"}, "sessionId"),
        ({"voids": uuid(1)}, "voids"),
        ({"extensions": ["no", "object"]}, "extensions"),
        ({"extensions": "text"}, "extensions"),
        ({"extensions": {"x": "y" * 65_536}}, "extensions"),
        ({"extensions": {"x": ["a\0b"]}}, "extensions"),
        ({"extensions": {"\ud800": 1}}, "extensions"),
        ({"extensions": {"x": 2**63}}, "extensions"),
    ],
)
async def test_faults_of_an_event_have_a_code_and_a_path(school: School, change: Any, part: str) -> None:
    found = await record(school, interaction(1), interaction(2) | change)
    assert found == ["ACCEPTED", f"BAD_USER_INPUT 1.{part}"]


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2000-01-01T00:00:00Z"},
        {"at": show_time(world.NOW + timedelta(minutes=5))},
        {"score": 0, "progress": 1},
        {"durationSeconds": 366 * 86_400, "position": 0},
        {"durationSeconds": 0},
        {"itemKey": None},
        {"extensions": {}},
    ],
)
async def test_values_at_the_limits_are_accepted(school: School, change: Any) -> None:
    assert await record(school, interaction(1) | change, viewer=TEACHER) == ["ACCEPTED"]


async def test_an_infinite_literal_is_refused(school: School) -> None:
    """graphql-core parses 1e999 as infinity."""
    said = f'id: "{uuid(1)}", registration: "{IN_ALGEBRA}", verb: PLAYED, at: "{AT}", durationSeconds: 1e999'
    query = f"mutation {{ recordInteractions(input: {{events: [{{{said}}}]}}) {{ results {{ error {{ path }} }} }} }}"
    result = await SCHEMA.execute(query, context_value=world.peer_of(school.stores, world.learner(), trace=False))
    assert result.data == {
        "recordInteractions": {"results": [{"error": {"path": ["input", "events", "0", "durationSeconds"]}}]}
    }


async def test_more_than_500_events_are_refused(school: School) -> None:
    many = [interaction(number) for number in range(501)]
    payload = await school.write(RECORD, {"events": many}, world.learner())
    assert payload == {"results": [], "errors": [{"code": "TOO_MANY", "path": ["input", "events"]}]}
    assert await school.kept(*range(501)) == []
    assert await record(school, *many[:500]) == ["ACCEPTED"] * 500


async def test_an_empty_batch_is_accepted(school: School) -> None:
    assert await school.write(RECORD, {"events": []}, world.learner()) == {"results": [], "errors": []}


async def test_a_void_removes_an_event_of_its_own_enrolment(school: School) -> None:
    quiz = interaction(1, "PASSED", itemKey="quiz")
    assert await record(school, quiz, viewer=TEACHER) == ["ACCEPTED"]
    void = interaction(2, "VOIDED", itemKey=None, voids=uuid(1))
    elsewhere = interaction(3, "VOIDED", itemKey=None, voids=uuid(1), registration=BEN_IN_BOTANY)
    aimless = interaction(4, "VOIDED", itemKey=None)
    found = await record(school, void, elsewhere, aimless, viewer=world.admin())
    assert found == ["ACCEPTED", "INVALID_VOID 1.voids", "BAD_USER_INPUT 2.voids"]
    rows = await school.stores.progress.item_progress([UUID(IN_ALGEBRA)])
    assert "quiz" not in rows[UUID(IN_ALGEBRA)]


async def test_events_of_a_withdrawn_enrolment_are_recorded(school: School) -> None:
    ben = world.learner(world.BEN)
    assert await record(school, interaction(1, "COMPLETED", registration=BEN_IN_BOTANY), viewer=ben) == ["ACCEPTED"]
    key = UUID(BEN_IN_BOTANY)
    row = (await school.stores.progress.by_registrations([key]))[key]
    assert row.state is EnrollmentState.WITHDRAWN
    assert (await school.stores.progress.course_progress([key]))[key].items_done == 1


STAFF_VERBS = ("REGISTERED", "UNREGISTERED", "WAIVED", "VOIDED")


@pytest.mark.parametrize(
    ("viewer", "plain", "staff"),
    [
        (world.admin(), "ACCEPTED", "ACCEPTED"),
        (service("events:write"), "ACCEPTED", "ACCEPTED"),
        (world.instructor(world.ALGEBRA), "ACCEPTED", "ACCEPTED"),
        (world.learner(), "ACCEPTED", "FORBIDDEN verb"),
        (world.learner(world.BEN), "FORBIDDEN registration", "FORBIDDEN registration"),
        (world.instructor(world.BOTANY), "FORBIDDEN registration", "FORBIDDEN registration"),
        (service("events:read"), "FORBIDDEN registration", "FORBIDDEN registration"),
        (replace(service(), subject=world.ADA), "FORBIDDEN registration", "FORBIDDEN registration"),
        (replace(world.instructor(world.BOTANY), subject=world.ADA), "ACCEPTED", "FORBIDDEN verb"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.role.value} {value.subject}",
)
async def test_permissions(school: School, viewer: Viewer, plain: str, staff: str) -> None:
    batch = [interaction(1), *(interaction(2 + number, verb) for number, verb in enumerate(STAFF_VERBS))]
    batch[-1]["voids"] = uuid(1)
    found = await record(school, *batch, viewer=viewer, policy=Policy(instructors_may_enroll=True))
    want = [plain, *[staff] * len(STAFF_VERBS)]
    assert [
        code if code == "ACCEPTED" else code.replace(f" {number}.", " ") for number, code in enumerate(found)
    ] == want


@pytest.mark.parametrize("may", [True, False])
async def test_an_instructor_who_may_not_enrol_brings_no_learner_back(school: School, may: bool) -> None:
    """Neither by REGISTERED nor by voiding a withdrawal, also one that an ADMIN recorded."""
    key = UUID(BEN_IN_BOTANY)
    leaving = interaction(1, "UNREGISTERED", registration=BEN_IN_BOTANY, itemKey=None, at=show_time(world.NOW))
    assert await record(school, leaving, viewer=world.admin()) == ["ACCEPTED"]
    back = interaction(2, "REGISTERED", registration=BEN_IN_BOTANY, itemKey=None, at=show_time(world.NOW))
    undone = interaction(3, "VOIDED", registration=BEN_IN_BOTANY, itemKey=None, voids=uuid(1))
    found = await record(school, undone, back, viewer=TEACHER, policy=Policy(instructors_may_enroll=may))
    assert found == (["ACCEPTED"] * 2 if may else ["FORBIDDEN 0.voids", "FORBIDDEN 1.verb"])
    row = (await school.stores.progress.by_registrations([key]))[key]
    assert (row.state is EnrollmentState.WITHDRAWN) is not may


async def test_an_instructor_does_not_learn_that_an_event_elsewhere_is_a_withdrawal(school: School) -> None:
    leaving = interaction(1, "UNREGISTERED", registration=BEN_IN_BOTANY, itemKey=None)
    assert await record(school, leaving, interaction(2), viewer=world.admin()) == ["ACCEPTED"] * 2
    other = interaction(3, "VOIDED", itemKey=None, voids=uuid(1))
    assert await record(school, other, viewer=world.instructor(world.ALGEBRA)) == ["INVALID_VOID 0.voids"]


async def test_an_instructor_who_may_not_enrol_voids_other_events(school: School) -> None:
    batch = [interaction(1), interaction(2, "VOIDED", voids=uuid(1)), interaction(3, "VOIDED", voids=uuid(99))]
    assert await record(school, *batch, viewer=TEACHER) == ["ACCEPTED"] * 3


@pytest.mark.parametrize("viewer", [world.learner(world.BEN), world.instructor(world.BOTANY), service()])
async def test_another_learners_registration_looks_like_an_unknown_one(school: School, viewer: Viewer) -> None:
    """Word for word: clients must not find out which registrations exist."""
    query = RECORD.replace("error { code path }", "error { code message path }")
    both = [interaction(1, registration=IN_ALGEBRA), interaction(2, registration=uuid(99))]
    payload = await school.write(query, {"events": both}, viewer)
    one, other = (result["error"] for result in payload["results"])
    assert one == {"code": "FORBIDDEN", "message": HIDDEN, "path": ["input", "events", "0", "registration"]}
    assert other == one | {"path": ["input", "events", "1", "registration"]}


@pytest.mark.parametrize("viewer", [world.admin(), service("events:write")])
async def test_writers_for_everyone_learn_that_a_registration_is_unknown(school: School, viewer: Viewer) -> None:
    found = await record(school, interaction(1, registration=uuid(99)), viewer=viewer)
    assert found == ["UNKNOWN_REGISTRATION 0.registration"]


async def test_a_course_version_missing_in_the_catalog_costs_its_own_events_only(school: School) -> None:
    lost = Enrollment(registration=UUID(int=77), learner_id=world.BEN, course_key=world.ALGEBRA, course_version=9)
    await school.stores.progress.enroll([lost], items={lost.pin: ()})
    found = await record(school, interaction(1, registration=uuid(77)), interaction(2), viewer=world.admin())
    assert found == ["UNKNOWN_COURSE 0.registration", "ACCEPTED"]


@pytest.mark.parametrize("down", ["progress", "catalog"])
@pytest.mark.parametrize("error", [Unavailable, TimedOut])
async def test_a_store_failure_acknowledges_nothing(school: School, down: str, error: Any) -> None:
    broken = School(replace(school.stores, **{down: BrokenStore(lambda: error(down, "mongodb://root:hunter2@db"))}))
    payload = await broken.write(RECORD, {"events": [interaction(1), interaction(2, score=7)]}, world.learner())
    assert payload == {"results": [], "errors": [{"code": error.code, "path": []}]}
    assert await school.kept(1) == []


async def test_other_stores_are_not_needed(school: School) -> None:
    lame = replace(
        school.stores,
        **{
            name: BrokenStore(lambda: Unavailable("x", "down")) for name in ("profiles", "timeline", "sessions", "live")
        },
    )
    assert await record(School(lame), interaction(1)) == ["ACCEPTED"]


async def test_repeating_a_batch_changes_nothing(school: School) -> None:
    batch = [interaction(1, "ATTEMPTED", itemKey="quiz", score=0.5, durationSeconds=2), interaction(2, score=3)]
    first = await record(school, *batch, viewer=TEACHER)
    key = UUID(IN_ALGEBRA)
    before = await school.stores.progress.course_progress([key])
    assert [first, await record(school, *batch, viewer=TEACHER)] == [
        ["ACCEPTED", "BAD_USER_INPUT 1.score"],
        ["DUPLICATE", "BAD_USER_INPUT 1.score"],
    ]
    assert await school.stores.progress.course_progress([key]) == before
