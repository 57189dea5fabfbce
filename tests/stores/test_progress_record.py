"""The contract of Progress for events: verdicts, and the rows derived from events."""

import asyncio
import random
from base64 import urlsafe_b64decode
from typing import Any
from uuid import UUID

import pytest

from stores.domain.events import Event, Verb
from stores.domain.paging import Page
from stores.domain.progress import Attempt, Certificate, Enrollment, EnrollmentState, ProgressState
from stores.domain.sessions import ResumePoint
from stores.errors import Rejected
from stores.ports.progress import Progress
from tests.stores.learning import (
    C1,
    C2,
    CATALOG,
    FULL,
    attempts,
    done,
    enroll,
    enrollment,
    fitted,
    moment,
    record,
    verdict_code,
)
from tests.stores.samples import NOON

R = [UUID(int=number) for number in range(20)]


async def test_the_rows_follow_from_the_events(progress: Progress) -> None:
    await enroll(progress, enrollment(1), enrollment(2))
    verdicts = await record(
        progress,
        done(1, Verb.REGISTERED, at=1),
        done(2, Verb.ATTEMPTED, "quiz", at=2, score=0.5, duration_ms=1500),
        done(3, Verb.ATTEMPTED, "quiz", at=3, score=0.75, duration_ms=250),
        done(4, Verb.POSTED, "essay", at=9),
    )
    assert verdicts == ["ACCEPTED"] * 4
    enrolled = (await progress.by_registrations([R[1]]))[R[1]]
    assert (enrolled.state, enrolled.enrolled_at, enrolled.completed_at) == (EnrollmentState.ACTIVE, moment(1), None)
    course = (await progress.course_progress(R))[R[1]]
    assert (course.items_done, course.items_total, course.satisfied, course.score) == (1, 5, False, 0.75)
    assert course.completion == pytest.approx(3 / 7.1)
    assert (course.time_spent_ms, course.last_activity_at) == (1750, moment(9))
    rows = await progress.item_progress(R)
    assert rows.keys() == {R[1]}
    assert rows[R[1]].keys() == {"quiz"}
    quiz = rows[R[1]]["quiz"]
    assert (quiz.state, quiz.attempts, quiz.passed_at) == (ProgressState.PASSED, 2, moment(3))
    assert (quiz.best_score, quiz.latest_score, quiz.latest_id) == (0.75, 0.75, UUID(int=3))


async def test_each_event_has_its_verdict_in_order(progress: Progress) -> None:
    await enroll(progress, enrollment(1), enrollment(2, pin=C2))
    assert await record(progress, done(1, Verb.VIEWED, "page")) == ["ACCEPTED"]
    assert await record(
        progress,
        done(2, Verb.VIEWED, "page", of=9),
        done(1, Verb.VIEWED, "page"),
        done(3, Verb.VIEWED, "no such item"),
        done(4, Verb.PASSED, "quiz"),
        done(5, Verb.PASSED, "quiz", of=2, course_key="c2"),  # an item of another course
        done(4, Verb.PASSED, "quiz"),
        done(4, Verb.FAILED, "quiz"),
        done(1, Verb.VIEWED, "video"),
        done(6, Verb.VOIDED),
    ) == [
        "UNKNOWN_REGISTRATION",
        "DUPLICATE",
        "UNKNOWN_ITEM",
        "ACCEPTED",
        "UNKNOWN_ITEM",
        "DUPLICATE",
        "CONFLICT",
        "CONFLICT",
        "INVALID_VOID",
    ]
    assert (await progress.item_progress([R[1]]))[R[1]].keys() == {"page", "quiz"}
    assert await progress.item_progress([R[2]]) == {}


async def test_an_enrolment_that_lost_its_registration_to_another_leaves_nothing_there(progress: Progress) -> None:
    """A client gave one registration to two enrolments: the event of the second is rejected, even if it equals that of
    the first."""
    first, second, third = enrollment(1), enrollment(1, learner_id="u2"), enrollment(1, pin=C2)

    async def taken(row: Enrollment, number: int) -> list[str]:
        event = fitted(done(number, Verb.REGISTERED), row)
        return [verdict_code(verdict) for verdict in await progress.record([event], items=CATALOG, enrollments=[row])]

    assert await taken(first, 1) == ["ACCEPTED"]
    before = (await progress.course_progress(R))[R[1]]
    for row in (second, third):
        assert await taken(row, 1) == ["UNKNOWN_REGISTRATION"]
        assert await taken(row, 2) == ["UNKNOWN_REGISTRATION"]
    assert await taken(first, 1) == ["DUPLICATE"]
    assert (await progress.by_registrations(R))[R[1]].learner_id == "u1"
    assert (await progress.course_progress(R))[R[1]] == before
    assert (await progress.ledger([R[1], R[2]])).keys() == {R[1]}


async def test_the_body_makes_the_difference_between_a_repeat_and_a_conflict(progress: Progress) -> None:
    await enroll(progress, enrollment(1))
    first = done(1, Verb.ANSWERED, "quiz", score=0.5, extensions={"a": 1, "b": {"c": [1.5]}}, session_id="s")
    assert await record(progress, first) == ["ACCEPTED"]
    same = done(1, Verb.ANSWERED, "quiz", score=0.5, extensions={"b": {"c": [1.5]}, "a": 1}, session_id="s")
    other = done(1, Verb.ANSWERED, "quiz", score=0.5, extensions={"a": 2, "b": {"c": [1.5]}}, session_id="s")
    assert await record(progress, same, other) == ["DUPLICATE", "CONFLICT"]
    assert await attempts(progress) == [(1, 1, "quiz")]


async def test_the_ledger_gives_back_every_field_of_an_event(progress: Progress) -> None:
    await enroll(progress, enrollment(1))
    bare = done(2, Verb.VIEWED)
    assert await record(progress, FULL, bare) == ["ACCEPTED", "ACCEPTED"]
    assert await progress.ledger([FULL.id, bare.id]) == {FULL.id: FULL, bare.id: bare}


async def test_numbers_in_another_form_are_the_same_body(progress: Progress) -> None:
    await enroll(progress, enrollment(1))
    forms: list[Any] = [{"x": [1.0, {"y": 2}]}, {"x": [1, {"y": 2.0}]}, {"x": [1, {"y": 3}]}]
    events = [done(1, Verb.VIEWED, "page", extensions=form) for form in forms]
    assert await record(progress, events[0]) == ["ACCEPTED"]
    assert await record(progress, *events) == ["DUPLICATE", "DUPLICATE", "CONFLICT"]


async def test_a_rejected_id_is_free_for_another_event(progress: Progress) -> None:
    await enroll(progress, enrollment(1))
    assert await record(progress, done(1, Verb.VIEWED, "no such item"), done(1, Verb.VIEWED, "page")) == [
        "UNKNOWN_ITEM",
        "ACCEPTED",
    ]
    assert await record(progress, done(2, Verb.VIEWED, of=9)) == ["UNKNOWN_REGISTRATION"]
    await enroll(progress, enrollment(9))
    assert await record(progress, done(2, Verb.VIEWED, of=9)) == ["ACCEPTED"]


async def test_recording_needs_the_items_of_every_version_in_use(progress: Progress) -> None:
    await enroll(progress, enrollment(1), enrollment(2, pin=C2))
    with pytest.raises(Rejected):
        await progress.record(
            [done(1, Verb.VIEWED, "page"), done(2, Verb.VIEWED, "page", of=2)], items={C1: CATALOG[C1]}
        )
    assert await progress.item_progress(R) == {}
    assert await record(progress, done(1, Verb.VIEWED, "page")) == ["ACCEPTED"]


@pytest.mark.parametrize(
    "fields",
    [
        {"session_id": "a\0b"},
        {"session_id": "\ud800"},
        {"extensions": {"a": {"b": ["\0"]}}},
        {"extensions": {"a": float("inf")}},
        {"score": float("nan")},
        {"learner_id": "\u4e00" * 801},
        {"position": float("inf")},
        {"duration_ms": 2**40 + 1},
    ],
)
async def test_what_cannot_be_given_back_is_rejected(progress: Progress, fields: dict[str, Any]) -> None:
    await enroll(progress, enrollment(1))
    with pytest.raises(Rejected):
        await record(progress, done(1, Verb.VIEWED, "page"), done(2, Verb.ANSWERED, "quiz", **fields))
    assert await progress.item_progress(R) == {}
    assert await record(progress, done(1, Verb.VIEWED, "page")) == ["ACCEPTED"]


async def test_the_version_counts_the_commits_that_changed_something(progress: Progress) -> None:
    await enroll(progress, enrollment(1), enrollment(2))

    async def version() -> int:
        return (await progress.course_progress([R[1]]))[R[1]].version

    assert await version() == 0
    await record(progress, done(1, Verb.VIEWED, "page"), done(2, Verb.PASSED, "quiz"))
    assert await version() == 1
    await record(progress, done(1, Verb.VIEWED, "page"), done(3, Verb.VIEWED, "nothing"), done(4, Verb.VIEWED, of=2))
    assert await version() == 1
    await record(progress, done(5, Verb.VIEWED, "page", at=5))
    assert await version() == 2
    await record(progress, done(6, Verb.VOIDED, voids=UUID(int=7)))
    assert await version() == 2
    await record(progress, done(7, Verb.PASSED, "lab"))
    assert await version() == 2
    await record(progress, done(8, Verb.VOIDED, voids=UUID(int=2)))
    assert await version() == 3


async def test_attempts_are_numbered_within_their_item(progress: Progress) -> None:
    await enroll(progress, enrollment(1), enrollment(2))
    await record(
        progress,
        done(9, Verb.ANSWERED, "quiz", at=1, score=0.6),
        done(8, Verb.ANSWERED, "quiz", at=1, score=0.59),
        done(3, Verb.FAILED, "lab", at=2),
        done(2, Verb.ATTEMPTED, "quiz", at=3),
        done(1, Verb.PASSED, "quiz", at=2),
        done(4, Verb.VIEWED, "quiz", at=0),
        done(5, Verb.PASSED, at=0),  # of no item
        done(6, Verb.PASSED, "quiz", of=2),
    )
    assert await attempts(progress) == [(8, 1, "quiz"), (9, 2, "quiz"), (1, 3, "quiz"), (3, 1, "lab"), (2, 4, "quiz")]
    assert await attempts(progress, item="quiz") == [(8, 1, "quiz"), (9, 2, "quiz"), (1, 3, "quiz"), (2, 4, "quiz")]
    assert await attempts(progress, item="lab") == [(3, 1, "lab")]
    assert await attempts(progress, item="page") == []
    page: Page[Attempt] = (await progress.attempts([R[1], R[2], R[3]], item=None, after=None, first=2))[R[1]]
    assert page.has_next
    assert page.rows == (
        Attempt(registration=R[1], number=1, event_id=R[8], item_key="quiz", at=moment(1), score=0.59, success=False),
        Attempt(registration=R[1], number=2, event_id=R[9], item_key="quiz", at=moment(1), score=0.6, success=True),
    )
    rest = (await progress.attempts([R[1]], item=None, after=page.cursors[-1], first=3))[R[1]]
    assert [(row.event_id.int, row.number, row.success) for row in rest.rows] == [
        (1, 3, True),
        (3, 1, False),
        (2, 4, None),
    ]
    assert not rest.has_next


def seen(*what: Any, **fields: Any) -> Event:
    """In course c2."""
    return done(*what, course_key="c2", **fields)


async def test_a_certificate_is_issued_once(progress: Progress) -> None:
    await enroll(progress, enrollment(1, pin=C2), enrollment(2, pin=C2))
    await record(progress, seen(1, Verb.LAUNCHED, "page"))
    assert await progress.certificates(R) == {}
    await record(progress, seen(2, Verb.VIEWED, "page", at=5), seen(3, Verb.UNREGISTERED, at=6))
    issued = (await progress.certificates(R))[R[1]]
    assert issued == Certificate(registration=R[1], issued_at=moment(5), verify_code=issued.verify_code)
    assert (await progress.by_registrations(R))[R[1]].state is EnrollmentState.WITHDRAWN
    # It stays as it is, whatever becomes of the course.
    await record(progress, seen(4, Verb.VIEWED, "page", at=1))
    await record(progress, seen(5, Verb.VOIDED, voids=UUID(int=2)), seen(6, Verb.VOIDED, voids=UUID(int=4)))
    assert not (await progress.course_progress(R))[R[1]].satisfied
    await record(progress, seen(7, Verb.COMPLETED, "page", at=8))
    assert (await progress.course_progress(R))[R[1]].satisfied_at == moment(8)
    assert await progress.certificates(R) == {R[1]: issued}


async def test_certificates_are_found_by_codes_of_at_least_128_bits(progress: Progress) -> None:
    await enroll(progress, enrollment(1, pin=C2), enrollment(2, pin=C2))
    await record(progress, seen(1, Verb.VIEWED, "page"), seen(2, Verb.VIEWED, "page", of=2))
    await progress.revoke(R[2], at=moment(9), because="a mistake")
    first, second = (await progress.certificates([R[1], R[2]])).values()
    codes = [first.verify_code, second.verify_code]
    assert codes[0] != codes[1]
    assert all(len(urlsafe_b64decode(code + "==")) * 8 >= 128 for code in codes)

    unknown = [codes[0][:-1], codes[0].swapcase(), f"{codes[0]} ", "", "%", "a\0b", "\ud800", "x" * 100_000]
    assert await progress.certificates_by_code([*unknown, codes[1]]) == {codes[1]: second}
    assert await progress.certificates_by_code([*codes, *codes]) == {codes[0]: first, codes[1]: second}
    assert await progress.certificates_by_code(unknown) == {}
    assert await progress.certificates_by_code([]) == {}


async def test_the_latest_registration_event_decides_the_state(progress: Progress) -> None:
    await enroll(progress, enrollment(1, pin=C2))

    async def state() -> tuple[str, object, object]:
        row = (await progress.by_registrations(R))[R[1]]
        return row.state.value, row.enrolled_at, row.completed_at

    async def moved_at() -> object:
        return (await progress.by_registrations(R))[R[1]].moved_at

    assert await moved_at() is None
    await record(progress, seen(3, Verb.REGISTERED, at=3))
    await record(progress, seen(1, Verb.UNREGISTERED, at=2))
    assert await moved_at() == moment(3)
    assert await state() == ("ACTIVE", moment(3), None)
    await record(progress, seen(4, Verb.UNREGISTERED, at=3))
    assert await state() == ("WITHDRAWN", moment(3), None)
    await record(progress, seen(2, Verb.REGISTERED, at=3), seen(5, Verb.REGISTERED, at=1))
    assert await state() == ("WITHDRAWN", moment(1), None)
    await record(progress, seen(6, Verb.VIEWED, "page", at=9), seen(7, Verb.REGISTERED, at=9))
    assert await state() == ("COMPLETED", moment(1), moment(9))
    assert await moved_at() == moment(9)
    await record(progress, seen(8, Verb.VOIDED, voids=UUID(int=5)), seen(9, Verb.VOIDED, voids=UUID(int=7)))
    assert await state() == ("WITHDRAWN", moment(3), moment(9))
    assert await moved_at() == moment(3)


async def test_the_latest_position_is_the_resume_point(progress: Progress) -> None:
    await enroll(progress, enrollment(1), enrollment(2))
    await record(progress, done(2, Verb.PAUSED, "video", at=2, position=30.5))
    await record(
        progress,
        done(1, Verb.PAUSED, "video", at=2, position=1.0),  # as late, of a lower id
        done(3, Verb.PAUSED, "video", at=1, position=2.0),
        done(4, Verb.PAUSED, "video", at=9),
        done(5, Verb.PAUSED, at=9, position=3.0),
    )
    first = ResumePoint(registration=R[1], item_key="video", position=30.5, at=moment(2), id=str(R[2]))
    assert await progress.resume_points(R) == {R[1]: first}
    await record(progress, done(6, Verb.PLAYED, "page", at=3, position=0.0))
    later = ResumePoint(registration=R[1], item_key="page", position=0.0, at=moment(3), id=str(R[6]))
    assert await progress.resume_points(R) == {R[1]: later}
    await record(progress, done(7, Verb.VOIDED, voids=R[6]))
    assert await progress.resume_points(R) == {R[1]: first}


async def test_writers_at_once_lose_nothing(progress: Progress) -> None:
    chance = random.Random(5)
    await enroll(progress, *(enrollment(number) for number in range(1, 6)))
    batches = [
        [
            done(100 * batch + number, Verb.ANSWERED, "quiz", of=chance.randint(1, 5), at=batch, duration_ms=10)
            for number in range(5)
        ]
        for batch in range(1, 25)
    ]
    outcomes = await asyncio.gather(*(record(progress, *batch) for batch in batches))
    assert outcomes == [["ACCEPTED"] * 5] * 24
    rows = await progress.item_progress(R)
    of = [event.registration for batch in batches for event in batch]
    assert {key: items["quiz"].attempts for key, items in rows.items()} == {key: of.count(key) for key in set(of)}
    courses = await progress.course_progress(R)
    assert all(courses[key].time_spent_ms == 10 * of.count(key) for key in set(of))


async def test_a_great_many_events_at_once(progress: Progress) -> None:
    """More than fit one transaction: duplicates and voids are found across transactions."""
    await enroll(progress, *(enrollment(number) for number in range(1, 12)))
    many = [done(1000 + number, Verb.PLAYED, "video", of=1 + number % 10, duration_ms=1) for number in range(6000)]
    void_of_another = done(1, Verb.VOIDED, of=11, voids=UUID(int=1000))
    void = done(2, Verb.VOIDED, of=2, voids=UUID(int=1001))
    repeat, contradiction = many[5999], done(1000, Verb.PAUSED, "video", of=9)
    outcomes = await record(progress, void_of_another, void, *many, repeat, contradiction)
    assert outcomes == ["INVALID_VOID", "ACCEPTED", *["ACCEPTED"] * 6000, "DUPLICATE", "CONFLICT"]
    rows = await progress.item_progress(R)
    assert {key.int: row["video"].time_spent_ms for key, row in rows.items()} == {
        number: 599 if number == 2 else 600 for number in range(1, 11)
    }
    assert rows[R[1]]["video"].last_event_at == NOON
