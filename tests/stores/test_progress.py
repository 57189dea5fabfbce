"""The contract of Progress for enrolments: pages, counts, and enrolling."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

import pytest

from stores.domain.events import Verb
from stores.domain.paging import ATTEMPTS, ENROLLMENTS_OF_COURSE, ENROLLMENTS_OF_LEARNER, Page
from stores.domain.progress import CourseProgress, Enrollment, EnrollmentState
from stores.errors import Rejected
from stores.ports.progress import Progress
from tests.stores.cursors import refused_by
from tests.stores.learning import C1, C2, C3, CATALOG, done, enroll, enrollment, fitted, moment, record

Row = TypeVar("Row")
EVERYTHING: dict[str, Any] = {"states": None, "courses": None, "after": None, "first": 10}
R = [UUID(int=number) for number in range(20)]


def registrations(pages: Mapping[Any, Page[Enrollment]]) -> dict[Any, list[int]]:
    return {key: [row.registration.int for row in page.rows] for key, page in pages.items()}


async def walk(read: Callable[[str | None], Any], key: object) -> list[Any]:
    """All rows of a key, page by page."""
    rows: list[Any] = []
    after = None
    while page := (await read(after)).get(key):
        assert len(page.rows) == len(page.cursors)
        rows += page.rows
        after = page.cursors[-1]
        if not page.has_next:
            assert (await read(after)).get(key) is None
            break
    return rows


async def test_answers_a_ping(progress: Progress) -> None:
    await progress.ping()


async def test_an_enrolment_is_kept_with_an_empty_roll_up(progress: Progress) -> None:
    new = enrollment(1, attributes={"region": "Ö", "n": [1, 2.5, None, {"a": True}]})
    assert await enroll(progress, new) == 1
    assert await progress.by_registrations([R[1], R[2]]) == {R[1]: new}
    assert await progress.course_progress([R[1], R[2]]) == {R[1]: CourseProgress(registration=R[1], items_total=5)}
    assert await progress.item_progress([R[1]]) == {}
    assert await progress.attempts([R[1]], item=None, after=None, first=5) == {}
    assert await progress.certificates([R[1]]) == {}
    assert await progress.resume_points([R[1]]) == {}


async def test_no_keys_give_no_rows(progress: Progress) -> None:
    assert await progress.by_registrations([]) == {}
    assert await progress.by_learners([], **EVERYTHING) == {}
    assert await enroll(progress) == 0
    assert await record(progress) == []


async def test_a_course_without_required_items_is_complete(progress: Progress) -> None:
    await enroll(progress, enrollment(1, pin=C3))
    found = (await progress.course_progress([R[1]]))[R[1]]
    assert found == CourseProgress(registration=R[1], completion=1.0, satisfied=True)
    assert (await progress.by_registrations([R[1]]))[R[1]].state is EnrollmentState.ACTIVE
    await record(progress, done(1, Verb.PASSED, "extra"))
    assert await progress.certificates([R[1]]) == {}


async def test_the_given_state_and_times_are_ignored(progress: Progress) -> None:
    await enroll(
        progress, enrollment(1, state=EnrollmentState.COMPLETED, enrolled_at=moment(0), completed_at=moment(1))
    )
    assert await progress.by_registrations([R[1]]) == {R[1]: enrollment(1)}


async def test_existing_enrolments_stay_unchanged(progress: Progress) -> None:
    assert await enroll(progress, enrollment(1, attributes={"a": 1})) == 1
    again = enrollment(1, attributes={"a": 2})
    same_pair = enrollment(2, learner_id="u1")
    taken = enrollment(1, pin=C2, learner_id="other")
    assert await enroll(progress, again, same_pair, taken, enrollment(3), enrollment(3)) == 1
    assert await progress.by_registrations(R) == {R[1]: enrollment(1, attributes={"a": 1}), R[3]: enrollment(3)}
    assert (await progress.course_progress(R)).keys() == {R[1], R[3]}


async def test_the_first_of_two_new_enrolments_wins(progress: Progress) -> None:
    assert await enroll(progress, enrollment(1), enrollment(1, pin=C2), enrollment(2, learner_id="u1")) == 1
    assert await progress.by_registrations(R) == {R[1]: enrollment(1)}
    assert (await progress.course_progress(R))[R[1]].items_total == 5


async def test_enrolling_needs_the_items_of_the_version(progress: Progress) -> None:
    with pytest.raises(Rejected):
        await progress.enroll([enrollment(1), enrollment(2, pin=C2)], items={C1: CATALOG[C1]})
    assert await progress.by_registrations(R) == {}


async def dated(progress: Progress) -> None:
    """u: 1 and 2 at one moment, 3 later, 4 and 5 without a date. v: 6, withdrawn. w: 7, completed."""
    pins = [type(C1)(f"c{number}", 1) for number in range(10)]
    items = dict.fromkeys(pins, CATALOG[C2])
    *_, v, w = rows = [
        *(enrollment(number, pin=pins[number], learner_id="u") for number in range(1, 6)),
        enrollment(6, pin=pins[1], learner_id="v"),
        enrollment(7, pin=pins[1], learner_id="w"),
    ]
    await progress.enroll(rows, items=items)
    events = [
        fitted(done(2, Verb.REGISTERED, at=10), rows[1]),
        fitted(done(1, Verb.REGISTERED, at=10), rows[0]),
        fitted(done(3, Verb.REGISTERED, at=20), rows[2]),
        fitted(done(6, Verb.REGISTERED, at=20), v),
        fitted(done(7, Verb.UNREGISTERED, at=30), v),
        fitted(done(8, Verb.VIEWED, "page", at=30), w),
    ]
    assert {verdict.status.value for verdict in await progress.record(events, items=items)} == {"ACCEPTED"}


async def test_a_learners_enrolments_come_newest_first_and_undated_last(progress: Progress) -> None:
    await dated(progress)
    pages = await progress.by_learners(["u", "v", "nobody", "u"], **EVERYTHING)
    assert registrations(pages) == {"u": [3, 1, 2, 4, 5], "v": [6]}
    assert not pages["u"].has_next


@pytest.mark.parametrize("first", [1, 2, 3])
async def test_a_learners_pages_have_no_gap_and_no_repeat(progress: Progress, first: int) -> None:
    await dated(progress)
    rows = await walk(
        lambda after: progress.by_learners(["u"], states=None, courses=None, after=after, first=first), "u"
    )
    assert [row.registration.int for row in rows] == [3, 1, 2, 4, 5]


async def test_one_cursor_serves_all_keys(progress: Progress) -> None:
    await dated(progress)
    after = (await progress.by_learners(["u"], **EVERYTHING | {"first": 1}))["u"].cursors[0]
    assert registrations(await progress.by_learners(["u", "v"], **EVERYTHING | {"after": after, "first": 2})) == {
        "u": [1, 2],
        "v": [6],
    }


async def test_states_and_courses_restrict_a_learners_enrolments(progress: Progress) -> None:
    await dated(progress)
    learners = ["u", "v", "w"]

    async def chosen(**fields: Any) -> dict[str, list[int]]:
        pages = await progress.by_learners(learners, **EVERYTHING | fields)
        asked = {"states": None, "courses": None} | fields
        counts = await progress.count_by_learners(learners, **asked)
        assert {key: len(page.rows) for key, page in pages.items()} == {key: n for key, n in counts.items() if n}
        return registrations(pages)

    assert await chosen(courses=["c1", "c3", "c99"]) == {"u": [3, 1], "v": [6], "w": [7]}
    assert await chosen(states=[EnrollmentState.WITHDRAWN]) == {"v": [6]}
    assert await chosen(states={EnrollmentState.ACTIVE, EnrollmentState.COMPLETED}, courses={"c1"}) == {
        "u": [1],
        "w": [7],
    }
    assert await chosen(states=[]) == {}
    assert await chosen(courses=[]) == {}


async def test_a_courses_enrolments_come_by_registration(progress: Progress) -> None:
    numbers = [2**127, 3, 1, 2**64, 2]
    await enroll(progress, *(enrollment(number) for number in numbers), enrollment(4, pin=C2))
    pages = await progress.by_courses(["c1", "c2", "none", "c1"], states=None, after=None, first=10)
    assert registrations(pages) == {"c1": sorted(numbers), "c2": [4]}
    rows = await walk(lambda after: progress.by_courses(["c1"], states=None, after=after, first=2), "c1")
    assert [row.registration.int for row in rows] == sorted(numbers)


async def test_states_restrict_a_courses_enrolments(progress: Progress) -> None:
    await dated(progress)
    for states, expected in (
        ([EnrollmentState.WITHDRAWN], [6]),
        ([EnrollmentState.ACTIVE, EnrollmentState.COMPLETED], [1, 7]),
        (None, [1, 6, 7]),
        ([], []),
    ):
        pages = await progress.by_courses(["c1", "c99"], states=states, after=None, first=10)
        assert registrations(pages) == ({"c1": expected} if expected else {})
        counts = await progress.count_by_courses(["c1", "c99"], states=states)
        assert {key: n for key, n in counts.items() if n} == ({"c1": len(expected)} if expected else {})


@pytest.mark.parametrize("cursor", refused_by(ENROLLMENTS_OF_LEARNER))
async def test_a_cursor_that_is_not_of_a_learners_enrolments_is_rejected(progress: Progress, cursor: str) -> None:
    await enroll(progress, enrollment(1))
    with pytest.raises(Rejected, match="malformed cursor"):
        await progress.by_learners(["u1"], **EVERYTHING | {"after": cursor})


@pytest.mark.parametrize("cursor", refused_by(ENROLLMENTS_OF_COURSE))
async def test_a_cursor_that_is_not_of_a_courses_enrolments_is_rejected(progress: Progress, cursor: str) -> None:
    await enroll(progress, enrollment(1))
    with pytest.raises(Rejected, match="malformed cursor"):
        await progress.by_courses(["c1"], states=None, after=cursor, first=1)


@pytest.mark.parametrize("cursor", refused_by(ATTEMPTS))
async def test_a_cursor_that_is_not_of_attempts_is_rejected(progress: Progress, cursor: str) -> None:
    await enroll(progress, enrollment(1))
    with pytest.raises(Rejected, match="malformed cursor"):
        await progress.attempts([R[1]], item=None, after=cursor, first=1)


NOT_TEXT = ["a\0b", "\ud800", "a\0"]


async def test_impossible_keys_do_not_affect_others(progress: Progress) -> None:
    await enroll(progress, enrollment(1))
    keys = [*NOT_TEXT, "u1", "c1"]
    assert registrations(await progress.by_learners(keys, **EVERYTHING | {"courses": keys})) == {"u1": [1]}
    assert registrations(await progress.by_courses(keys, states=None, after=None, first=1)) == {"c1": [1]}
    counts = await progress.count_by_learners(keys, states=None, courses=keys)
    assert {key: n for key, n in counts.items() if n} == {"u1": 1}
    assert await progress.attempts([R[1]], item="a\0b", after=None, first=1) == {}


@pytest.mark.parametrize(
    "broken",
    [
        enrollment(2, learner_id="a\0b"),
        enrollment(2, learner_id="\ud800"),
        enrollment(2, learner_id="\u4e00" * 801),
        enrollment(2, attributes={"a": [{"b": "\0"}]}),
        enrollment(2, attributes={"\0": 1}),
        enrollment(2, attributes={"a": float("nan")}),
        enrollment(2, attributes={"a": 2**64}),
    ],
)
async def test_what_cannot_be_given_back_is_rejected(progress: Progress, broken: Enrollment) -> None:
    with pytest.raises(Rejected):
        await enroll(progress, enrollment(1), broken)
    assert await progress.by_registrations(R) == {}


async def test_awkward_text_comes_back_as_it_was(progress: Progress) -> None:
    text = "Zoë ✿ o'b\"r\\ien {a,b} NULL $1 \n\t %s \x7f \U0001f600"
    kept = enrollment(1, learner_id=text, attributes={text: [text, 1e300, -0.1, 2**62, "\\u0000"]})
    await enroll(progress, kept)
    assert await progress.by_registrations([R[1]]) == {R[1]: kept}
    assert registrations(await progress.by_learners([text], **EVERYTHING)) == {text: [1]}
