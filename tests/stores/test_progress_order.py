"""The contract of Progress for a course's enrolments in an order and with a filter."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from stores.domain.enrollment_order import (
    CURSORS,
    ORDERS,
    Direction,
    EnrollmentFilter,
    EnrollmentOrder,
    OrderField,
)
from stores.domain.events import Verb
from stores.domain.progress import EnrollmentState
from stores.errors import Rejected
from stores.ports.progress import Progress
from tests.stores.cursors import refused_by
from tests.stores.learning import C2, done, enroll, enrollment, moment, record

ASC, DESC = Direction.ASC, Direction.DESC
ASCENDING = {
    OrderField.ENROLLED_AT: [3, 2, 4, 1, 5, 6],
    OrderField.COMPLETION: [1, 5, 6, 4, 2, 3],
    OrderField.LAST_ACTIVITY: [4, 2, 3, 1, 5, 6],
    OrderField.SCORE: [2, 4, 3, 1, 5, 6],
}
"""The registrations of `classroom`. 1, 5 and 6 have no value, except that their completion is 0."""
DESCENDING = {
    OrderField.ENROLLED_AT: [4, 2, 3, 6, 5, 1],
    OrderField.COMPLETION: [3, 2, 4, 6, 5, 1],
    OrderField.LAST_ACTIVITY: [3, 2, 4, 6, 5, 1],
    OrderField.SCORE: [3, 4, 2, 6, 5, 1],
}


async def classroom(progress: Progress) -> None:
    """1: nothing but a PLAYED event that is voided. 2 to 4: different in everything; 2 and 4 registered at one moment,
    before 1970 as 3. 5 and 6: no event. 7: in another course."""
    await enroll(progress, *(enrollment(number) for number in range(1, 7)), enrollment(7, pin=C2))
    before_1970 = timedelta(days=-30_000)
    codes = await record(
        progress,
        done(1, Verb.PLAYED, "video", of=1, at=90, progress=0.9),
        done(2, Verb.VOIDED, of=1, at=91, voids=UUID(int=1)),
        done(3, Verb.REGISTERED, of=2, at=before_1970.total_seconds() + 1),
        done(4, Verb.PASSED, "quiz", of=2, at=20, score=0.6),
        done(5, Verb.REGISTERED, of=3, at=before_1970.total_seconds()),
        done(6, Verb.PASSED, "quiz", of=3, at=30, score=1.0),
        done(7, Verb.VIEWED, "page", of=3, at=29),
        done(8, Verb.REGISTERED, of=4, at=before_1970.total_seconds() + 1),
        done(9, Verb.FAILED, "quiz", of=4, at=10, score=0.9),
        done(10, Verb.PLAYED, "video", of=4, at=9, progress=0.2),
        done(11, Verb.UNREGISTERED, of=4, at=95),
    )
    assert set(codes) == {"ACCEPTED"}


async def read(progress: Progress, first: int = 10, **options: Any) -> list[int]:
    """All pages of the course."""
    found: list[int] = []
    after = None
    while page := (
        await progress.by_courses(["c1", "none"], **{"states": None, **options}, after=after, first=first)
    ).get("c1"):
        found += [row.registration.int for row in page.rows]
        after = page.cursors[-1]
        if not page.has_next:
            break
    return found


@pytest.mark.parametrize("first", [1, 2, 3, 10])
async def test_each_order_has_all_enrolments_and_those_without_a_value_last(progress: Progress, first: int) -> None:
    await classroom(progress)
    expected = {ASC: ASCENDING, DESC: DESCENDING}
    found = {order: await read(progress, first=first, order=order) for order in ORDERS}
    assert found == {order: expected[order.direction][order.field] for order in ORDERS}


async def test_one_page_serves_several_courses(progress: Progress) -> None:
    await classroom(progress)
    for order in ORDERS:
        pages = await progress.by_courses(["c2", "c1", "c2"], states=None, order=order, after=None, first=2)
        assert {key: len(page.rows) for key, page in pages.items()} == {"c1": 2, "c2": 1}
        after = pages["c1"].cursors[0]
        rest = await progress.by_courses(["c2", "c1"], states=None, order=order, after=after, first=9)
        assert len(rest["c1"].rows) == 5


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (EnrollmentFilter(), [1, 2, 3, 4, 5, 6]),
        (EnrollmentFilter(completion_at_least=0.0), [1, 2, 3, 4, 5, 6]),
        (EnrollmentFilter(completion_below=0.0), []),
        (EnrollmentFilter(completion_below=0.4), [1, 4, 5, 6]),
        (EnrollmentFilter(completion_at_least=0.4), [2, 3]),
        (EnrollmentFilter(completion_at_least=0.01, completion_below=0.4), [4]),
        (EnrollmentFilter(inactive_since=moment(30)), [1, 2, 4, 5, 6]),
        (EnrollmentFilter(inactive_since=moment(30.001)), [1, 2, 3, 4, 5, 6]),
        (EnrollmentFilter(inactive_since=moment(10)), [1, 5, 6]),
        (EnrollmentFilter(learner_ids=("u2", "u5", "U3", "u", "a\0b", "\ud800")), [2, 5]),
        (EnrollmentFilter(learner_ids=()), []),
        (EnrollmentFilter(completion_below=0.5, inactive_since=moment(21), learner_ids=("u4", "u3")), [4]),
    ],
)
async def test_a_filter_restricts_pages_and_counts_in_every_order(
    progress: Progress, where: EnrollmentFilter, expected: Sequence[int]
) -> None:
    await classroom(progress)
    assert await read(progress, first=2, where=where) == expected
    counts = await progress.count_by_courses(["c1", "none"], states=None, where=where)
    assert counts.get("c1", 0) == len(expected)
    for order in ORDERS:
        everything = {ASC: ASCENDING, DESC: DESCENDING}[order.direction][order.field]
        found = await read(progress, first=2, where=where, order=order)
        assert found == [number for number in everything if number in expected]


async def test_states_restrict_an_order(progress: Progress) -> None:
    await classroom(progress)
    order = EnrollmentOrder(OrderField.COMPLETION, DESC)
    assert await read(progress, order=order, states=[EnrollmentState.WITHDRAWN]) == [4]
    assert await read(progress, order=order, states={EnrollmentState.ACTIVE}, first=2) == [3, 2, 6, 5, 1]
    where = EnrollmentFilter(completion_at_least=0.01)
    assert await read(progress, order=order, states={EnrollmentState.ACTIVE}, where=where) == [3, 2]
    counts = await progress.count_by_courses(["c1"], states={EnrollmentState.ACTIVE}, where=where)
    assert counts == {"c1": 2}


async def test_a_cursor_keeps_its_place_when_values_change(progress: Progress) -> None:
    """The row of the cursor itself has moved since."""
    await classroom(progress)
    order = EnrollmentOrder(OrderField.LAST_ACTIVITY, ASC)
    pages = await progress.by_courses(["c1"], states=None, order=order, after=None, first=1)
    await record(progress, done(50, Verb.PLAYED, "video", of=4, at=100))
    rest = await progress.by_courses(["c1"], states=None, order=order, after=pages["c1"].cursors[0], first=9)
    assert [row.registration.int for row in rest["c1"].rows] == [2, 3, 4, 1, 5, 6]


@pytest.mark.parametrize(
    "order", [EnrollmentOrder(OrderField.LAST_ACTIVITY, DESC), EnrollmentOrder(OrderField.SCORE, ASC)]
)
async def test_a_cursor_of_another_list_or_order_is_rejected(progress: Progress, order: EnrollmentOrder) -> None:
    for cursor in refused_by(CURSORS[order]):
        with pytest.raises(Rejected, match="a cursor of another list or order"):
            await progress.by_courses(["c1"], states=None, order=order, after=cursor, first=1)


async def test_an_enrolment_that_was_not_stored_after_all_is_in_no_order(progress: Progress) -> None:
    """`record` stores an enrolment only with an accepted event."""
    verdicts = await progress.record(
        [done(1, Verb.PLAYED, "no such item", of=9)],
        items={enrollment(9).pin: ()},
        enrollments=[enrollment(9)],
    )
    assert [verdict.code for verdict in verdicts] == ["UNKNOWN_ITEM"]
    assert [await read(progress, order=order) for order in ORDERS] == [[]] * len(ORDERS)
