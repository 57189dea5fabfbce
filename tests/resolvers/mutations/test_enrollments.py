"""enroll and withdraw: repeating is safe, and a learner has one enrolment in each course."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import RFC_4122, UUID

import pytest
from strawberry.relay import to_base64

from resolvers.policy.policy import Policy
from resolvers.types.scalars import show_time
from resolvers.viewer import Viewer
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.progress import Enrollment, Verdict
from stores.errors import Unavailable
from tests.resolvers import world
from tests.resolvers.queries import BrokenStore
from tests.resolvers.school import ADA_ID, BEN_ID, BEN_IN_BOTANY, IN_ALGEBRA, SCHEMA, School, service, uuid

PARTS = """enrollment { registration state enrolledAt courseVersion attributes learner { learnerId }
  course { key version } progress { itemsTotal } } errors { code path }"""
ENROLL = f"mutation ($input: EnrollInput!) {{ enroll(input: $input) {{ {PARTS} }} }}"
WITHDRAW = f"mutation ($input: WithdrawInput!) {{ withdraw(input: $input) {{ {PARTS} }} }}"
BEN_TAKES_ALGEBRA = {"learner": BEN_ID, "course": world.ALGEBRA}
LATER = show_time(world.NOW - timedelta(hours=1))
LAST = show_time(world.NOW)


def faults(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["code"], ".".join(error["path"])) for error in payload["errors"]]


async def enrolled(school: School, learner_id: str = world.BEN, course: str = world.ALGEBRA) -> list[Enrollment]:
    found = await school.stores.progress.by_learners([learner_id], states=None, courses={course}, after=None, first=10)
    return [row for page in found.values() for row in page.rows]


async def test_a_learner_enrols_in_the_newest_version(school: School) -> None:
    newest = await school.stores.catalog.publish(world.course(world.ALGEBRA, "Algebra"))
    given = {**BEN_TAKES_ALGEBRA, "id": uuid(1), "registration": uuid(2), "attributes": {"cohort": "b"}}
    payload = await school.write(ENROLL, given, world.learner(world.BEN))
    assert payload == {
        "enrollment": {
            "registration": uuid(2),
            "state": "ACTIVE",
            "enrolledAt": show_time(world.NOW),
            "courseVersion": 2,
            "attributes": {"cohort": "b"},
            "learner": {"learnerId": world.BEN},
            "course": {"key": world.ALGEBRA, "version": newest.version},
            "progress": {"itemsTotal": 3},
        },
        "errors": [],
    }
    assert await school.kept(1) == [
        Event(
            id=UUID(int=1),
            registration=UUID(int=2),
            learner_id=world.BEN,
            course_key=world.ALGEBRA,
            verb=Verb.REGISTERED,
            verb_iri=VERB_IRIS[Verb.REGISTERED],
            at=world.NOW,
        )
    ]


async def test_a_new_registration_is_ordered_by_time(school: School) -> None:
    payload = await school.write(ENROLL, BEN_TAKES_ALGEBRA)
    made = UUID(payload["enrollment"]["registration"])
    assert (made.version, made.variant) == (7, RFC_4122)


async def test_enrolling_again_returns_the_same_enrolment(school: School) -> None:
    first = await school.write(ENROLL, {**BEN_TAKES_ALGEBRA, "at": LATER, "attributes": {"cohort": "b"}})
    again = await school.write(ENROLL, {**BEN_TAKES_ALGEBRA, "attributes": {"cohort": "c"}})
    assert again == first
    assert len(await enrolled(school)) == 1


async def test_a_withdrawn_learner_may_enrol_again_and_keeps_the_version(school: School) -> None:
    await school.stores.catalog.publish(world.course(world.BOTANY, "Botany"))
    payload = await school.write(ENROLL, {"learner": BEN_ID, "course": world.BOTANY}, world.learner(world.BEN))
    assert payload["errors"] == []
    row = payload["enrollment"]
    assert (row["registration"], row["state"], row["courseVersion"]) == (BEN_IN_BOTANY, "ACTIVE", 1)


async def test_a_write_without_a_time_takes_effect_although_an_earlier_one_is_in_the_future(school: School) -> None:
    """The gateway puts it after the last event that changed the state."""
    ahead = show_time(world.NOW + timedelta(minutes=4))
    registration = (await school.write(ENROLL, BEN_TAKES_ALGEBRA))["enrollment"]["registration"]
    await school.write(WITHDRAW, {"registration": registration, "at": ahead})
    again = await school.write(ENROLL, BEN_TAKES_ALGEBRA)
    assert (again["enrollment"]["state"], again["errors"]) == ("ACTIVE", [])
    left = await school.write(WITHDRAW, {"registration": registration})
    assert (left["enrollment"]["state"], left["errors"]) == ("WITHDRAWN", [])
    early = await school.write(ENROLL, {**BEN_TAKES_ALGEBRA, "at": LAST})
    assert early["enrollment"]["state"] == "WITHDRAWN", "a given time is not changed"


async def test_progress_stays_after_a_withdrawal(school: School) -> None:
    payload = await school.write(WITHDRAW, {"id": uuid(1), "registration": IN_ALGEBRA}, world.learner())
    assert payload["errors"] == []
    assert payload["enrollment"]["state"] == "WITHDRAWN"
    (event,) = await school.kept(1)
    assert (event.verb, event.at, event.learner_id) == (Verb.UNREGISTERED, world.NOW, world.ADA)
    rows = await school.stores.progress.item_progress([UUID(IN_ALGEBRA)])
    assert rows[UUID(IN_ALGEBRA)]["page"].satisfied


async def test_two_writes_in_one_operation_each_return_their_own_state(school: School) -> None:
    both = f"""mutation {{
      a: withdraw(input: {{registration: "{IN_ALGEBRA}", at: "{LATER}"}}) {{ enrollment {{ state }} }}
      b: enroll(input: {{learner: "{ADA_ID}", course: "{world.ALGEBRA}", at: "{LAST}"}}) {{ enrollment {{ state }} }}
    }}"""
    result = await SCHEMA.execute(both, context_value=world.peer_of(school.stores, world.learner(), trace=False))
    assert result.data == {"a": {"enrollment": {"state": "WITHDRAWN"}}, "b": {"enrollment": {"state": "ACTIVE"}}}


@pytest.mark.parametrize(
    ("query", "given"),
    [
        (ENROLL, {**BEN_TAKES_ALGEBRA, "id": uuid(1)}),
        (ENROLL, {**BEN_TAKES_ALGEBRA, "id": uuid(1), "at": LATER}),
        (ENROLL, {**BEN_TAKES_ALGEBRA, "id": uuid(1), "registration": uuid(7)}),
        (ENROLL, {"id": uuid(1), "learner": BEN_ID, "course": world.BOTANY}),
        (WITHDRAW, {"id": uuid(1), "registration": IN_ALGEBRA}),
    ],
)
async def test_a_later_repetition_with_the_same_id_changes_nothing(school: School, query: str, given: Any) -> None:
    first = await school.write(query, given)
    assert first["errors"] == []
    (kept,) = await school.kept(1)
    later = replace(
        world.peer_of(school.stores, world.admin(), trace=False), now=lambda: world.NOW + timedelta(hours=1)
    )
    assert await school.write(query, given, peer=later) == first
    assert await school.kept(1) == [kept]


@pytest.mark.parametrize(
    ("query", "given", "other"),
    [
        (WITHDRAW, {"registration": IN_ALGEBRA}, {"at": LATER}),
        (WITHDRAW, {"registration": IN_ALGEBRA}, {"registration": BEN_IN_BOTANY}),
        (ENROLL, BEN_TAKES_ALGEBRA, {"at": LATER}),
        (ENROLL, BEN_TAKES_ALGEBRA, {"learner": ADA_ID}),
    ],
)
async def test_the_id_of_another_event_is_a_conflict(school: School, query: str, given: Any, other: Any) -> None:
    assert (await school.write(query, {"id": uuid(1), **given}))["errors"] == []
    payload = await school.write(query, {"id": uuid(1), **given, **other})
    assert (payload["enrollment"], faults(payload)) == (None, [("CONFLICT", "input.id")])


async def test_a_taken_id_creates_no_enrolment_without_its_event(school: School) -> None:
    assert (await school.write(WITHDRAW, {"id": uuid(1), "registration": IN_ALGEBRA}))["errors"] == []
    payload = await school.write(ENROLL, {"id": uuid(1), **BEN_TAKES_ALGEBRA})
    assert faults(payload) == [("CONFLICT", "input.id")]
    assert await enrolled(school) == []


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"registration": IN_ALGEBRA}, ("CONFLICT", "input.registration")),
        ({"course": world.BOTANY, "registration": uuid(9)}, ("CONFLICT", "input.registration")),
        ({"learner": "TGVhcm5lcjpub2JvZHk="}, ("UNKNOWN_LEARNER", "input.learner")),
        ({"learner": world.BEN}, ("BAD_USER_INPUT", "input.learner")),
        ({"learner": "Q291cnNlOng="}, ("BAD_USER_INPUT", "input.learner")),
        ({"course": "course-v1:No+Such+1"}, ("UNKNOWN_COURSE", "input.course")),
        ({"course": "a\0b"}, ("BAD_USER_INPUT", "input.course")),
        ({"at": "1999-12-31T23:59:59Z"}, ("BAD_USER_INPUT", "input.at")),
        ({"at": show_time(world.NOW + timedelta(minutes=6))}, ("BAD_USER_INPUT", "input.at")),
        ({"attributes": []}, ("BAD_USER_INPUT", "input.attributes")),
        ({"attributes": {"x": "a\0"}}, ("BAD_USER_INPUT", "input.attributes")),
        ({"attributes": {"x": "y" * 65_536}}, ("BAD_USER_INPUT", "input.attributes")),
    ],
)
async def test_faults_of_an_enrolment_have_a_code_and_a_path(school: School, given: Any, fault: Any) -> None:
    payload = await school.write(ENROLL, {**BEN_TAKES_ALGEBRA, **given})
    assert (payload["enrollment"], faults(payload)) == (None, [fault])
    assert await enrolled(school) == []


async def test_concurrent_enrolments_of_a_learner_share_one_enrolment(school: School) -> None:
    """Another writer enrols the same learner between the read and the write."""
    progress = school.stores.progress

    class Raced:
        def __init__(self) -> None:
            self.times = 1

        def __getattr__(self, name: str) -> Any:
            return getattr(progress, name)

        async def record(self, events: Any, *, items: Any, enrollments: Any = (), **_: Any) -> list[Verdict]:
            if self.times:
                self.times -= 1
                await progress.enroll([replace(enrollments[0], registration=UUID(int=55))], items=items)
            return list(await progress.record(events, items=items, enrollments=enrollments))

    raced = School(replace(school.stores, progress=Raced()))
    payload = await raced.write(ENROLL, BEN_TAKES_ALGEBRA)
    assert payload["errors"] == []
    assert payload["enrollment"]["registration"] == uuid(55)
    assert payload["enrollment"]["enrolledAt"] == show_time(world.NOW)
    lost = await School(replace(school.stores, progress=Raced())).write(
        ENROLL, {"learner": ADA_ID, "course": world.ALGEBRA, "registration": uuid(56)}
    )
    assert faults(lost) == [("CONFLICT", "input.registration")]


async def test_learners_who_enrol_at_once_under_one_registration_do_not_share_it(ledger_school: School) -> None:
    """Several learners enrol at once with the same registration and the same event id: one of them succeeds."""
    names = [f"new-{number}" for number in range(6)]
    await ledger_school.stores.profiles.add([world.profile(name, name) for name in names])
    given = {"id": uuid(7), "registration": uuid(8), "course": world.ALGEBRA, "at": LATER}
    payloads = await asyncio.gather(
        *(
            ledger_school.write(ENROLL, {**given, "learner": to_base64("Learner", name)}, world.learner(name))
            for name in names
        )
    )
    [kept] = [payload["enrollment"] for payload in payloads if not payload["errors"]]
    refusals = [faults(payload) for payload in payloads if payload["errors"]]
    assert len(refusals) == 5
    for [(code, part)] in refusals:  # either check may come first
        assert (code, part) in {("CONFLICT", "input.registration"), ("CONFLICT", "input.id")}
    row = (await ledger_school.stores.progress.by_registrations([UUID(int=8)]))[UUID(int=8)]
    assert kept["learner"] == {"learnerId": row.learner_id}
    assert [len(await enrolled(ledger_school, name)) for name in names].count(1) == 1
    assert len(await ledger_school.kept(7)) == 1


async def test_many_concurrent_enrolments_of_a_learner_agree(ledger_school: School) -> None:
    payloads = await asyncio.gather(*(ledger_school.write(ENROLL, BEN_TAKES_ALGEBRA) for _ in range(8)))
    assert [payload["errors"] for payload in payloads] == [[]] * 8
    assert len({payload["enrollment"]["registration"] for payload in payloads}) == 1
    assert len(await enrolled(ledger_school)) == 1


async def test_many_concurrent_senders_of_an_id_record_one_event(ledger_school: School) -> None:
    """Each sender has another clock, and the time is not given."""
    await ledger_school.write(ENROLL, {**BEN_TAKES_ALGEBRA, "registration": uuid(3), "at": LATER})

    async def sent(number: int) -> Any:
        peer = world.peer_of(ledger_school.stores, world.admin(), trace=False)
        peer = replace(peer, now=lambda: world.NOW + timedelta(seconds=number))
        return await ledger_school.write(WITHDRAW, {"id": uuid(1), "registration": uuid(3)}, peer=peer)

    payloads = await asyncio.gather(*map(sent, range(8)))
    assert [payload["errors"] for payload in payloads] == [[]] * 8
    assert len(await ledger_school.kept(1)) == 1


async def test_two_concurrent_senders_of_an_id_record_one_event(school: School) -> None:
    """The other event is recorded, with another time, after this write looked for it."""
    progress = school.stores.progress

    class Raced:
        def __getattr__(self, name: str) -> Any:
            return getattr(progress, name)

        async def record(self, events: Any, *, items: Any, enrollments: Any = (), **_: Any) -> list[Verdict]:
            if await school.kept(1) == []:
                earlier = replace(events[0], at=events[0].at - timedelta(seconds=3))
                await progress.record([earlier], items=items, enrollments=enrollments)
            return list(await progress.record(events, items=items, enrollments=enrollments))

    raced = School(replace(school.stores, progress=Raced()))
    payload = await raced.write(WITHDRAW, {"id": uuid(1), "registration": IN_ALGEBRA})
    assert (payload["errors"], payload["enrollment"]["state"]) == ([], "WITHDRAWN")


@pytest.mark.parametrize(
    ("viewer", "may"),
    [
        (world.admin(), True),
        (service("events:write"), True),
        (service(), False),
        (world.learner(world.BEN), True),
        (world.learner(), False),
        (world.instructor(world.BOTANY), False),
    ],
    ids=lambda value: str(value) if isinstance(value, bool) else f"{value.role.value} {value.subject}",
)
async def test_permissions(school: School, viewer: Viewer, may: bool) -> None:
    payload = await school.write(ENROLL, {**BEN_TAKES_ALGEBRA, "registration": uuid(3), "at": LATER}, viewer)
    assert faults(payload) == ([] if may else [("FORBIDDEN", "input")])
    if not may:
        await school.write(ENROLL, {**BEN_TAKES_ALGEBRA, "registration": uuid(3), "at": LATER})
    payload = await school.write(WITHDRAW, {"registration": uuid(3)}, viewer)
    assert faults(payload) == ([] if may else [("FORBIDDEN", "input.registration")])
    assert [row.state.value for row in await enrolled(school)] == ["WITHDRAWN" if may else "ACTIVE"]


@pytest.mark.parametrize("may", [True, False])
async def test_instructors_enrol_learners_where_the_operator_lets_them(school: School, may: bool) -> None:
    viewer = world.instructor(world.ALGEBRA)
    peer = replace(world.peer_of(school.stores, viewer), policy=Policy(instructors_may_enroll=may))
    payload = await school.write(ENROLL, {**BEN_TAKES_ALGEBRA, "registration": uuid(3)}, peer=peer)
    assert faults(payload) == ([] if may else [("FORBIDDEN", "input")])
    if not may:
        await school.write(ENROLL, {**BEN_TAKES_ALGEBRA, "registration": uuid(3)})
    assert faults(await school.write(WITHDRAW, {"registration": uuid(3)}, viewer)) == []


async def test_learners_enrol_themselves_where_the_operator_lets_them(school: School) -> None:
    peer = replace(world.peer_of(school.stores, world.learner(world.BEN)), policy=Policy(learners_may_enroll=False))
    assert faults(await school.write(ENROLL, BEN_TAKES_ALGEBRA, peer=peer)) == [("FORBIDDEN", "input")]


async def test_learners_state_times_of_the_last_days_only(school: School) -> None:
    long_ago = {**BEN_TAKES_ALGEBRA, "registration": uuid(3), "at": show_time(world.NOW - timedelta(days=31))}
    assert faults(await school.write(ENROLL, long_ago, world.learner(world.BEN))) == [("BAD_USER_INPUT", "input.at")]
    assert faults(await school.write(ENROLL, long_ago, service("events:write"))) == []
    gone = {"registration": uuid(3), "at": long_ago["at"]}
    assert faults(await school.write(WITHDRAW, gone, world.learner(world.BEN))) == [("BAD_USER_INPUT", "input.at")]


@pytest.mark.parametrize(("viewer", "code"), [(world.admin(), "UNKNOWN_REGISTRATION"), (world.learner(), "FORBIDDEN")])
async def test_an_unknown_registration_looks_forbidden_to_a_learner(school: School, viewer: Viewer, code: str) -> None:
    payload = await school.write(WITHDRAW, {"registration": uuid(99)}, viewer)
    assert faults(payload) == [(code, "input.registration")]


@pytest.mark.parametrize("down", ["profiles", "catalog", "progress"])
async def test_a_store_failure_enrols_no_learner(school: School, down: str) -> None:
    broken = School(replace(school.stores, **{down: BrokenStore(lambda: Unavailable(down, "redis://:hunter2@cache"))}))
    payload = await broken.write(ENROLL, BEN_TAKES_ALGEBRA)
    assert (payload["enrollment"], faults(payload)) == (None, [("STORE_UNAVAILABLE", "")])
    assert await enrolled(school) == []
