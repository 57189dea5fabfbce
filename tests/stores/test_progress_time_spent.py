"""Every Progress counts the time of a session once, whatever its events repeat (cmi5 9.5.4)."""

from itertools import permutations
from uuid import UUID

import pytest

from stores.domain.events import Event, Verb
from stores.ports.progress import Progress
from tests.stores.learning import done, enroll, enrollment, record

R = UUID(int=1)
CMI5_SESSION = [
    done(1, Verb.COMPLETED, "quiz", at=1, session_id="s1", duration_ms=60_000),
    done(2, Verb.PASSED, "quiz", at=2, session_id="s1", duration_ms=60_000),
    done(3, Verb.TERMINATED, "quiz", at=3, session_id="s1", duration_ms=90_000),
]


async def time_spent(progress: Progress) -> int:
    """The time spent in the quiz, which is all of the course's."""
    course, items = await progress.course_progress([R]), await progress.item_progress([R])
    spent = items[R]["quiz"].time_spent_ms
    assert course[R].time_spent_ms == sum(row.time_spent_ms for row in items[R].values())
    return spent


@pytest.mark.parametrize("order", list(permutations(CMI5_SESSION)), ids=lambda order: [e.id.int for e in order])
async def test_events_that_report_the_whole_session_count_its_longest_duration(
    progress: Progress, order: tuple[Event, ...]
) -> None:
    await enroll(progress, enrollment(1))
    for event in order:
        assert await record(progress, event) == ["ACCEPTED"]
    assert await time_spent(progress) == 90_000


async def test_parts_of_a_session_add_up_and_count_where_they_are_more_than_its_whole(progress: Progress) -> None:
    await enroll(progress, enrollment(1))
    await record(progress, *CMI5_SESSION)
    parts = [done(10 + n, Verb.PAUSED, "quiz", at=5, session_id="s1", duration_ms=40_000) for n in range(3)]
    await record(progress, *parts[:2])
    assert await time_spent(progress) == 90_000
    await record(progress, parts[2])
    assert await time_spent(progress) == 120_000


async def test_sessions_and_items_are_apart_and_durations_without_a_session_add(progress: Progress) -> None:
    await enroll(progress, enrollment(1), enrollment(2))
    await record(
        progress,
        *CMI5_SESSION,
        done(4, Verb.TERMINATED, "quiz", session_id="s2", duration_ms=1_000),
        done(5, Verb.TERMINATED, "video", session_id="s1", duration_ms=500),
        done(6, Verb.TERMINATED, "quiz", duration_ms=20),
        done(7, Verb.TERMINATED, "quiz", duration_ms=3),
        done(8, Verb.TERMINATED, "quiz", of=2, session_id="s1", duration_ms=70_000_000),
    )
    assert await time_spent(progress) == 91_023
    assert (await progress.item_progress([R]))[R]["video"].time_spent_ms == 500


async def test_a_voided_report_does_not_count(progress: Progress) -> None:
    await enroll(progress, enrollment(1))
    await record(progress, *CMI5_SESSION)
    await record(progress, done(4, Verb.VOIDED, at=4, voids=UUID(int=3)))
    assert await time_spent(progress) == 60_000
    await record(progress, done(5, Verb.PAUSED, "quiz", at=5, session_id="s1", duration_ms=60_001))
    assert await time_spent(progress) == 60_001
    await record(progress, done(6, Verb.VOIDED, voids=UUID(int=1)), done(7, Verb.VOIDED, voids=UUID(int=2)))
    await record(progress, done(8, Verb.VOIDED, voids=UUID(int=5)))
    assert await progress.item_progress([R]) == {}
    await record(progress, done(9, Verb.PAUSED, "quiz", session_id="s1", duration_ms=7))
    assert await time_spent(progress) == 7


async def test_a_report_that_changes_nothing_else_is_remembered(progress: Progress) -> None:
    """The first part is less than the whole and changes no row; the second one makes the difference."""
    await enroll(progress, enrollment(1))
    await record(progress, *CMI5_SESSION)
    before = (await progress.course_progress([R]))[R]
    await record(progress, done(4, Verb.PAUSED, "quiz", at=0, session_id="s1", duration_ms=80_000))
    assert (await progress.course_progress([R]))[R] == before
    await record(progress, done(5, Verb.PAUSED, "quiz", at=0, session_id="s1", duration_ms=20_000))
    assert await time_spent(progress) == 100_000


async def test_long_session_ids_are_told_apart(progress: Progress) -> None:
    await enroll(progress, enrollment(1))
    long = "\u4e00" * 511
    for number in range(1, 5):
        event = done(number, Verb.TERMINATED, "quiz", session_id=long + "ab"[number % 2], duration_ms=number)
        assert await record(progress, event) == ["ACCEPTED"]
    assert await time_spent(progress) == 3 + 4
